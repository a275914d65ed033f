import FixtureSupport
import MemberlistWire
import Testing

/// How long a sealed frame is, against HashiCorp's own reckoning.
@Suite struct EncryptedLengthTests {
    struct Call: Decodable {
        var fn: String
        var n: Int
        var out: Int64
        var version: Int?
    }

    @Test func everyFrameHasTheLengthThatHashiCorpReckons() throws {
        let calls = try Fixtures.lines("formulas.jsonl", as: Call.self).filter { $0.fn == "encryptedLength" }
        #expect(!calls.isEmpty)
        for call in calls {
            let version = try #require(call.version)
            for bytes in [16, 24, 32] {
                let keyring = Keyring(primary: try SecretKey.random(bytes: bytes))
                let plain = [UInt8](repeating: 7, count: call.n)
                let frame = try keyring.sealed(plain, padded: version == 0)
                #expect(Int64(frame.count) == call.out, "\(call)")
            }
        }
    }
}
