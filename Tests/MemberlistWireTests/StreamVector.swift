import FixtureSupport
import Testing

@testable import MemberlistWire

/// A line of `streams.jsonl`.
struct StreamVector: Decodable, CustomTestStringConvertible {
    struct Value: Decodable {
        let type: String
        let join: Bool?
        let nodes: [FixtureValue]?
        let userState: Hex?
        let payload: Hex?
        let error: String?

        enum CodingKeys: String, CodingKey {
            case type
            case join = "Join"
            case nodes = "Nodes"
            case userState = "UserState"
            case payload = "Payload"
            case error = "Error"
        }

        func check(_ message: StreamMessage) throws {
            switch message {
            case .pushPull(let pushPull):
                #expect(type == "pushPull")
                #expect(pushPull.join == join)
                #expect(pushPull.nodes.map { FixtureValue($0) } == nodes)
                #expect(pushPull.userState == userState?.bytes)
            case .user(let bytes):
                #expect(type == "user")
                #expect(bytes == payload?.bytes)
            case .error(let text):
                #expect(type == "err")
                #expect(text == error)
            case .ping:
                #expect(type == "ping")
            case .ack:
                #expect(type == "ackResp")
            }
        }
    }

    let name: String
    let label: String?
    let keys: [Hex]?
    let layers: [String]?
    let hex: Hex
    let inner: Hex
    let value: Value

    var testDescription: String { name }

    var isEncrypted: Bool { keys?.isEmpty == false }
    var isCompressed: Bool { layers?.contains("compress") == true }

    /// Whether it is sealed in encryption version 0: the byte behind label header and record header says so.
    var isPadded: Bool {
        let labelBytes = (label ?? "").utf8.count
        return isEncrypted && hex.bytes[(labelBytes == 0 ? 0 : 2 + labelBytes) + 5] == 0
    }

    func labelValue() throws -> Label {
        try label.map { try Label($0) } ?? .none
    }

    func keyring() throws -> Keyring? {
        guard let keys, !keys.isEmpty else { return nil }
        return try Keyring(keys.map { try SecretKey(bytes: $0.bytes) })
    }

    func opener(direction: StreamOpener.Direction = .inbound) throws -> StreamOpener {
        try StreamOpener(label: labelValue(), keyring: keyring(), acceptsPadded: true, direction: direction)
    }
}

extension SeededRandom {
    /// Sizes that add up to `count`.
    mutating func split(_ count: Int) -> [Int] {
        var sizes: [Int] = []
        var left = count
        while left > 0 {
            let size = Int.random(in: 1...min(left, Bool.random(using: &self) ? 5 : 700), using: &self)
            sizes.append(size)
            left -= size
        }
        return sizes
    }
}

extension StreamOpener {
    mutating func feed(_ bytes: [UInt8]) {
        feed(bytes.span.bytes)
    }
}
