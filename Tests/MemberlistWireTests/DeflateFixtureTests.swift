import Crypto
import FixtureSupport
import Foundation
import Testing

@testable import MemberlistWire

@Suite("Dictionary 1 and its vectors")
struct DeflateFixtureTests {
    struct Vector: Decodable {
        let name: String
        let plain: Hex?
        let deflated: Hex
        let message: Hex
        let limit: Int?
        let error: String?
    }

    @Test("the dictionary is the frozen one")
    func dictionary() throws {
        let frozen = try Data(contentsOf: Fixtures.packageFolder.appendingPathComponent("dictionary-1.bin"))
        #expect(DeflateDictionary.one == Array(frozen))
        #expect(
            Hex.text(SHA256.hash(data: frozen))
                == "e0976c569e4d680917f1220567aea2f25361615eba072a12a6d9404754f83ccf"
        )
    }

    @Test("reads what zlib wrote elsewhere, and refuses what is wrong")
    func vectors() throws {
        var compressor = DeflateCompressor()
        var decompressor = DeflateDecompressor()
        for vector in try Fixtures.lines(
            "native-compression.jsonl",
            in: Fixtures.packageFolder,
            as: Vector.self
        ) {
            let bytes = vector.message.bytes
            let message = try CompressMessage.decode(bytes[1...])
            #expect(bytes.first == MessageType.compress.rawValue)
            #expect(message.algorithm == CompressMessage.deflate)
            #expect(Array(message.body) == vector.deflated.bytes, "\(vector.name)")
            var prefix: [UInt8] = []
            CompressMessage.writePrefix(
                algorithm: CompressMessage.deflate,
                bodyCount: message.body.count,
                into: &prefix
            )
            #expect(prefix + message.body == bytes, "\(vector.name)")

            let limit = vector.limit ?? Limits.streamBody
            var plain: [UInt8] = []
            guard let expected = vector.plain?.bytes else {
                let error = #expect(throws: WireError.self, "\(vector.name)") {
                    try decompressor.decompress(message.body.span.bytes, limit: limit, into: &plain)
                }
                #expect(error.map { "\($0)" } == vector.error, "\(vector.name)")
                #expect(plain.isEmpty)
                continue
            }
            try decompressor.decompress(message.body.span.bytes, limit: limit, into: &plain)
            #expect(plain == expected, "\(vector.name)")

            var compressed: [UInt8] = []
            compressor.compress(expected.span.bytes, into: &compressed)
            var back: [UInt8] = []
            try decompressor.decompress(compressed.span.bytes, limit: expected.count, into: &back)
            #expect(back == expected, "\(vector.name)")
        }
    }
}
