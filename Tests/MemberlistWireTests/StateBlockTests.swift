import FixtureSupport
import Testing

@testable import MemberlistWire

/// States that are compressed block by block, once, and sent again and again.
@Suite struct StateBlockTests {
    private static let members = 700

    private static func block(_ range: Range<Int>) -> StateBlock {
        var writer = NodeStateWriter(count: range.count)
        for number in range { writer.append(state(number)) }
        return StateBlock(writer)
    }

    private static func state(_ number: Int) -> PushNodeState {
        PushNodeState(
            name: NodeName("node-\(number)"),
            address: [10, 0, UInt8(number >> 8), UInt8(number & 0xff)],
            port: 7946,
            meta: WireBytes([UInt8](repeating: UInt8(truncatingIfNeeded: number), count: number % 40)),
            incarnation: UInt32(number),
            state: number % 4,
            versions: [1, 5, 2, 0, 0, 0]
        )
    }

    private static func local(userState: [UInt8] = []) -> LocalState {
        let blocks = stride(from: 0, to: members, by: 128).map { block($0..<min($0 + 128, members)) }
        return LocalState(join: true, blocks: blocks, userState: userState)
    }

    /// Each dialect, with a state of the application's and without, twice: the second time nothing is compressed anew.
    @Test(arguments: [false, true], [0, 1, 70_000])
    func aStateOfBlocksIsReadAsOneMessage(isNative: Bool, userBytes: Int) throws {
        var random = SeededRandom(seed: 7)
        let userState = (0..<userBytes).map { _ in UInt8.random(in: 0...20, using: &random) }
        let local = Self.local(userState: userState)
        let ring = Keyring(primary: try SecretKey.random())
        let label = try Label("blocks")
        let sealer = StreamSealer(label: label, keyring: ring, compression: true)
        let receiver = Receiver(name: "b", capabilities: isNative ? .all : [])
        for _ in 0..<2 {
            var wire: [UInt8] = []
            try sealer.seal(.state(local), .request(to: receiver), into: &wire)
            var opener = StreamOpener(label: label, keyring: ring, name: "b", direction: .inbound)
            opener.feed(wire.span.bytes)
            guard case .pushPull(let read)? = try opener.next() else {
                Issue.record("no state")
                return
            }
            #expect(
                read == PushPull(join: true, nodes: (0..<Self.members).map(Self.state), userState: userState)
            )
            #expect(opener.dialect.usedDictionary == isNative)
            #expect(wire.count < local.encodedCount, "it was not compressed")
        }
    }

    @Test func theMessageOfBlocksIsTheOneOfItsStates() {
        let local = Self.local(userState: [1, 2, 3])
        let message = PushPull(join: true, nodes: (0..<Self.members).map(Self.state), userState: [1, 2, 3])
        var (one, other): ([UInt8], [UInt8]) = ([], [])
        local.encode(into: &one)
        message.encode(into: &other)
        #expect(one == other && one.count == local.encodedCount)
        #expect(local.heard == message)
    }

    /// Blocks of any size, the ends of the table of codes among them, in any order.
    @Test func lzwBlocksAreOneStream() throws {
        var random = SeededRandom(seed: 11)
        var compressor = LZWCompressor()
        for round in 0..<60 {
            let pieces = (0..<1 + round % 5).map { _ in
                let alphabet = UInt8.random(in: 1...255, using: &random)
                return (0..<Int.random(in: 0...9_000, using: &random)).map { _ in
                    UInt8.random(in: 0...alphabet, using: &random)
                }
            }
            let blocks = pieces.map { compressor.block($0.span.bytes) }
            var stream: [UInt8] = []
            LZWAssembler.assemble(blocks, into: &stream)
            #expect(stream.count == LZWAssembler.count(of: blocks))
            var decompressor = LZWDecompressor()
            let plain = try decompressor.decompress(stream.span.bytes, limit: 1 << 20)
            #expect(Array(plain) == pieces.flatMap { $0 })
        }
    }

    /// Where the codes run out at just the end of a block.
    @Test func aBlockMayEndWithTheTableFull() throws {
        var compressor = LZWCompressor()
        // No two bytes come twice in this order for long: nearly each byte has a code of its own.
        var random = SeededRandom(seed: 3)
        let bytes = (0..<4_200).map { _ in UInt8.random(in: 0...255, using: &random) }
        let tail: [UInt8] = [1, 2, 3]
        for end in 3_700...bytes.count {
            let head = Array(bytes[..<end])
            let blocks = [compressor.block(head.span.bytes), compressor.block(tail.span.bytes)]
            var stream: [UInt8] = []
            LZWAssembler.assemble(blocks, into: &stream)
            var decompressor = LZWDecompressor()
            #expect(
                Array(try decompressor.decompress(stream.span.bytes, limit: 8_192)) == bytes[..<end] + [
                    1, 2, 3,
                ]
            )
        }
    }
}
