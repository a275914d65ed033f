import MemberlistWire
import Testing

@Suite("SecretKey")
struct SecretKeyTests {
    @Test("takes 16, 24 and 32 bytes alone")
    func lengths() throws {
        for count in 0...70 {
            let bytes = [UInt8](repeating: 7, count: count)
            if [16, 24, 32].contains(count) {
                #expect(try SecretKey(bytes: bytes).withUnsafeBytes { Array($0) } == bytes)
            } else {
                #expect(throws: KeyError.wrongLength(count)) { try SecretKey(bytes: bytes) }
                #expect(throws: KeyError.wrongLength(count)) { try SecretKey.random(bytes: count) }
            }
        }
        #expect(throws: KeyError.wrongLength(-1)) { try SecretKey.random(bytes: -1) }
    }

    @Test("is written and read as standard base64", arguments: [16, 24, 32])
    func base64(size: Int) throws {
        for _ in 0..<50 {
            let key = try SecretKey.random(bytes: size)
            #expect(try SecretKey(base64: key.base64()) == key)
        }
        #expect(
            try SecretKey(bytes: [UInt8](repeating: 0xFF, count: 16)).base64() == "/////////////////////w=="
        )
    }

    @Test("says which mistake a text is, and never repeats it")
    func mistakes() throws {
        let cases: [(text: String, error: KeyError)] = [
            ("", .notBase64),
            ("not base64!", .notBase64),
            ("____________________-w==", .notBase64),
            ("\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}AA==", .notBase64),
            ("/////////////////////w==\n", .notBase64),
            ("/////////////////////w", .unpaddedBase64),
            ("bXkgc2VjcmV0IHBhc3M=", .wrongLength(14)),
            ("AAAAAAAAAAAAAAAAAAAAAAAAAAAA", .wrongLength(21)),
            ("Ly8vLy8vLy8vLy8vLy8vLy8vLy8vdz09", .encodedTwice),
        ]
        for (text, error) in cases {
            #expect(throws: error) { try SecretKey(base64: text) }
            #expect(text.isEmpty || !error.description.contains(text))
        }
        for size in [16, 24, 32] {
            let once = try SecretKey.random(bytes: size).base64()
            #expect(throws: KeyError.encodedTwice) { try SecretKey(base64: Self.base64(Array(once.utf8))) }
        }
    }

    @Test("equals another of the same bytes, and only that")
    func equality() throws {
        let bytes = (0..<32).map { UInt8($0) }
        let key = try SecretKey(bytes: bytes)
        #expect(try key == SecretKey(bytes: bytes))
        #expect(try key.hashValue == SecretKey(bytes: bytes).hashValue)
        #expect(try key != SecretKey(bytes: Array(bytes.prefix(16))))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 1
            #expect(try key != SecretKey(bytes: other))
        }
        #expect(try SecretKey.random() != SecretKey.random())
    }

    @Test("shows nothing of itself")
    func redaction() throws {
        for size in [16, 32] {
            let key = try SecretKey(bytes: (0x40..<0x40 + size).map { UInt8($0) })
            var dumped = ""
            dump(key, to: &dumped)
            dump([key], to: &dumped)
            let shown = [String(describing: key), String(reflecting: key), "\([key])", dumped].joined(
                separator: "\n"
            )
            for leak in ["@ABC", "64, 65", "4041", try key.base64(), "0x40"] {
                #expect(!shown.contains(leak))
            }
            #expect(Mirror(reflecting: key).children.isEmpty)
        }
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for index in 0..<4 {
                text.append(index <= group.count ? digits[bits >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
