import FixtureSupport
import MemberlistWire
import Testing

/// A datagram's payload as a live cluster sent it, none of which the dictionary was made from.
struct CapturedDatagram: Decodable {
    let kind: String
    let hex: Hex

    static func all() throws -> [CapturedDatagram] {
        try Fixtures.lines("gossip.jsonl", in: Fixtures.packageFolder)
    }
}

/// What compression makes of captured datagrams: the goals, and the table that the documentation shows.
@Suite("Sizes of captured datagrams")
struct CompressionSizeTests {
    /// Bytes of one kind, as sent: compressed only where that is tried and smaller.
    struct Row {
        var count = 0
        var plain = 0
        var lzw = 0
        var deflate = 0

        static func + (a: Row, b: Row) -> Row {
            Row(
                count: a.count + b.count,
                plain: a.plain + b.plain,
                lzw: a.lzw + b.lzw,
                deflate: a.deflate + b.deflate
            )
        }
    }

    private static func framed(_ algorithm: UInt8, _ body: [UInt8]) -> Int {
        var prefix: [UInt8] = []
        CompressMessage.writePrefix(algorithm: algorithm, bodyCount: body.count, into: &prefix)
        return prefix.count + body.count
    }

    /// The kinds in the file's order, and a row for each.
    private static func table() throws -> [(kind: String, row: Row)] {
        var lzw = LZWCompressor()
        var deflate = DeflateCompressor(windowBits: 12)
        var table: [(kind: String, row: Row)] = []
        for datagram in try CapturedDatagram.all() {
            let plain = datagram.hex.bytes
            var (small, smaller): ([UInt8], [UInt8]) = ([], [])
            lzw.compress(plain.span.bytes, into: &small)
            deflate.compress(plain.span.bytes, into: &smaller)
            let isTried = plain.count >= DatagramSealer.compressible
            let row = Row(
                count: 1,
                plain: plain.count,
                lzw: isTried ? min(plain.count, framed(CompressMessage.lzw, small)) : plain.count,
                deflate: isTried ? min(plain.count, framed(CompressMessage.deflate, smaller)) : plain.count
            )
            if let index = table.firstIndex(where: { $0.kind == datagram.kind }) {
                table[index].row = table[index].row + row
            } else {
                table.append((datagram.kind, row))
            }
        }
        return table
    }

    @Test("gossip takes 40 % fewer bytes than with LZW, and a ping fewer than without anything")
    func goals() throws {
        let table = try Self.table()
        let gossip = table.filter { row in
            ["alive", "suspect", "dead", "compound"].contains { row.kind.hasPrefix($0) }
        }
        let sum = gossip.map(\.row).reduce(Row(), +)
        #expect(gossip.count >= 10 && sum.count >= 40)
        #expect(Double(sum.deflate) <= 0.6 * Double(sum.lzw), "\(sum.deflate) of \(sum.lzw) bytes")
        for (kind, row) in table {
            #expect(row.deflate <= row.lzw, "\(kind)")
            if kind.hasPrefix("ping") || kind.hasPrefix("indirect") {
                #expect(Double(row.deflate) < 0.75 * Double(row.plain), "\(kind)")
            }
        }
    }

    @Test("every ping is smaller than it is plain")
    func pings() throws {
        var deflate = DeflateCompressor(windowBits: 12)
        var count = 0
        for datagram in try CapturedDatagram.all()
        where datagram.kind == "ping" {
            var body: [UInt8] = []
            deflate.compress(datagram.hex.bytes.span.bytes, into: &body)
            #expect(Self.framed(CompressMessage.deflate, body) < datagram.hex.bytes.count)
            count += 1
        }
        #expect(count >= 5)
    }

    @Test("the documentation's sums are these")
    func documented() throws {
        let rows = try Self.table().map(\.row)
        let all = rows.reduce(Row(), +)
        #expect((all.count, all.plain, all.lzw, all.deflate) == (93, 25_796, 20_709, 10_757))
    }

    @Test("a window of 12 bits makes of a datagram what one of 15 makes, and buffers stop growing")
    func windowAndCapacity() throws {
        var small = DeflateCompressor(windowBits: 12)
        var large = DeflateCompressor(windowBits: 15)
        let datagrams = try CapturedDatagram.all().map(\.hex.bytes)
        var output: [UInt8] = []
        output.reserveCapacity(2_048)
        let capacity = output.capacity
        for plain in datagrams + datagrams {
            var other: [UInt8] = []
            large.compress(plain.span.bytes, into: &other)
            output.removeAll(keepingCapacity: true)
            small.compress(plain.span.bytes, into: &output)
            #expect(output == other)
        }
        #expect(output.capacity == capacity)
    }
}
