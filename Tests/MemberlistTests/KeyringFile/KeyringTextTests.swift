import Foundation
import ProcessSupport
import Testing

@testable import Memberlist

/// The form of the file, as Serf and Consul write it and as others may.
@Suite struct KeyringTextTests {
    private static let first = "//////////////////////////////////////////8="
    private static let second = "AAECAwQFBgcICQoLDA0ODw=="

    private static func read(_ text: String) throws -> Result<[SecretKey], KeyringFileError> {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("k").path
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        #expect(
            FileManager.default.createFile(atPath: path, contents: Data(text.utf8), attributes: attributes)
        )
        return Result { () throws(KeyringFileError) in try KeyringFile(path: path).read() }
    }

    @Test(arguments: [
        "[\"K\",\"L\"]", "[\n  \"K\",\n  \"L\"\n]", " \t\r\n[ \"K\" , \"L\" ]\n\n", "[\"K\"\n,\"L\"]\n",
    ])
    func anArrayOfKeysIsReadHoweverItIsLaidOut(form: String) throws {
        let keys = [try SecretKey(base64: Self.first), try SecretKey(base64: Self.second)]
        for escaped in [Self.first, Self.first.replacingOccurrences(of: "/", with: "\\/")] {
            let text = form.replacingOccurrences(of: "K", with: escaped)
                .replacingOccurrences(of: "L", with: Self.second)
            #expect(try Self.read(text) == .success(keys), "\(text)")
        }
    }

    @Test(arguments: [
        "[\"K\",]", "[,\"K\"]", "[\"K\" \"K\"]", "[\"K\"],", "[\"K\"]]", "[\"K\"", "[\"K", "[\"K\\", "\"K\"",
        "[[\"K\"]]",
        "[\"K\",1]", "['K']", "[\"\\u0041K\"]", "[\"K\\n\"]", "[\"K\\\\\"]", "[\"K\n\"]", "\u{FEFF}[\"K\"]",
        "[K]", "{}",
        "[\"K\"]\u{0}", "null", " ",
    ])
    func whatIsNoArrayOfTextsIsMalformed(form: String) throws {
        let result = try Self.read(form.replacingOccurrences(of: "K", with: Self.first))
        guard case .failure(.malformed) = result else {
            Issue.record("\(form) gave \(result)")
            return
        }
    }

    /// The mistakes that people make with keys, each with its own word.
    @Test(
        "Trap 29: a key that is none is told why, and where it stands",
        arguments: [
            ("Ly8vLy8vLy8vLy8vLy8vLy8vLy8vLy8vLy8vLy8vLy8vLy8vLy8vLy8vOD0=", "encoded as base64 twice"),
            ("QUFFQ0F3UUZCZ2NJQ1FvTERBME9Edz09", "encoded as base64 twice"),
            ("AAECAwQFBgcICQoLDA0ODw", "lacks its '='"), ("a raw text of a key", "is not base64"),
            ("aaaaaaaaaaaaaaaa", "it must have 16, 24 or 32"), ("", "is not base64"),
            ("ÄÖÜ=", "is not base64"),
            (String(repeating: "QUFF", count: 10_000), "it must have 16, 24 or 32"),
        ]
    )
    func aKeyThatIsNoneIsToldWhyAndWhere(text: String, word: String) throws {
        let result = try Self.read("[\"\(Self.first)\", \"\(text)\"]")
        guard case .failure(.badKey(_, 2, let reason)) = result else {
            Issue.record("\(text.prefix(60)) gave \(result)")
            return
        }
        #expect(reason.contains(word), "\(reason)")
    }

    @Test func theFileIsLaidOutAsSerfDoes() throws {
        let text = try KeyringText.text([
            try SecretKey(base64: Self.first), try SecretKey(base64: Self.second),
        ])
        let written = text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        #expect(written == "[\n  \"\(Self.first)\",\n  \"\(Self.second)\"\n]\n")
    }
}
