import MemberlistWire

extension FuzzTarget {
    /// The label in front of a datagram or a stream. The first byte says how many of the bytes that follow are the
    /// label of this node.
    static let label = FuzzTarget("label", longestInput: 600, seeds: LabelSeeds.all) { bytes in
        var input = FuzzInput(bytes)
        let text = String(decoding: input.bytes(Int(input.byte())), as: UTF8.self)
        guard let label = try? Label(text) else {
            try require(text.utf8.count > Limits.label, "a label that is short enough was refused")
            return
        }
        let datagram = Array(input.rest)
        let checked = Outcome { () throws(WireError) in try label.check(datagram.span.bytes) }
        try require(checked == expected(of: datagram, label: label), "\(checked)")

        var headed: [UInt8] = []
        label.writeHeader(into: &headed)
        try require(headed.count == label.headerCount, "the header has another size than it says")
        let body: [UInt8] = [MessageType.ping.rawValue, 0x80]
        let own = headed + body
        try require((try? label.check(own.span.bytes)) == headed.count, "its own header is refused")

        // A stream of the same bytes is let in by the same rule, once the header is whole.
        var opener = StreamOpener(label: label, keyring: nil, direction: .inbound)
        let stream = datagram.prefix(checked.value ?? datagram.count) + body
        opener.feed(Array(stream).span.bytes)
        let isLetIn = (try? opener.next()) != nil
        if checked.value != nil { try require(isLetIn, "a stream is refused where a datagram is taken") }
    }

    private static func expected(of datagram: [UInt8], label: Label) -> Outcome<Int, WireError> {
        guard datagram.first == MessageType.label.rawValue else {
            return label.isEmpty ? .value(0) : .refused(.labelMismatch)
        }
        guard datagram.count > 1, datagram[1] > 0, datagram.count - 2 >= Int(datagram[1]) else {
            return .refused(.malformedLabel)
        }
        let said = Array(datagram[2..<(2 + Int(datagram[1]))])
        return said == label.bytes ? .value(2 + said.count) : .refused(.labelMismatch)
    }
}

enum LabelSeeds {
    static func all() throws -> [[UInt8]] {
        try FixtureLine.all("packets.jsonl", "malformed.jsonl").compactMap { line in
            guard let hex = line.hex else { return nil }
            let label = Array((line.label ?? "").utf8)
            return [UInt8(label.count)] + label + hex.prefix(280)
        }
    }
}
