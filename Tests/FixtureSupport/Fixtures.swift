public import Foundation

/// The golden vectors: `Fixtures/` of this package, or the folder that `MEMBERLIST_FIXTURES` names.
public enum Fixtures {
    public static let folder: URL = {
        if let named = ProcessInfo.processInfo.environment["MEMBERLIST_FIXTURES"], !named.isEmpty {
            return URL(fileURLWithPath: named, isDirectory: true)
        }
        return packageFolder
    }()

    /// `Fixtures/` of this package, whatever is named: for what belongs to this project's own code.
    public static let packageFolder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures", isDirectory: true)

    /// Every line of a file of JSON lines. Throws where the file is missing or empty: a test that reads no
    /// vector has tested nothing.
    public static func lines<Line: Decodable>(
        _ file: String,
        in folder: URL = Fixtures.folder,
        as type: Line.Type = Line.self
    ) throws -> [Line] {
        let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
        let decoder = JSONDecoder()
        let lines = try text.split(separator: "\n").map { try decoder.decode(type, from: Data($0.utf8)) }
        guard !lines.isEmpty else { throw FixtureError.empty(file) }
        return lines
    }
}

public enum FixtureError: Error {
    case empty(String)
    case notHex(String)
}

/// Bytes written in lower-case hex.
public struct Hex: Decodable, Sendable, Hashable {
    public let bytes: [UInt8]

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    public init(_ text: String) throws {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { throw FixtureError.notHex(text) }
        bytes = try stride(from: 0, to: digits.count, by: 2).map { index in
            guard let high = Self.value(digits[index]), let low = Self.value(digits[index + 1]) else {
                throw FixtureError.notHex(text)
            }
            return high << 4 | low
        }
    }

    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    public static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self
        )
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
