import FixtureSupport
import MemberlistWire

extension FuzzTarget {
    /// One message, of a datagram or of a stream, its type byte first.
    static let messages = FuzzTarget("messages", longestInput: 1_024, seeds: MessageSeeds.all) { bytes in
        try MessageRules.check(messageIn: bytes[...])
        try MessageRules.check(streamMessageIn: bytes)
        // The decoders' fixtures have no type byte; each is tried as every type.
        guard let first = bytes.first, first >= 0x80 else { return }
        for type in 0...UInt8(14) { try MessageRules.check(messageIn: ([type] + bytes)[...]) }
    }

    /// The body of a compound.
    static let compound = FuzzTarget("compound", longestInput: 2_048, seeds: CompoundSeeds.all) { bytes in
        guard var reader = try? CompoundReader(bytes[...]) else {
            try require(bytes.count < 1 + 2 * Int(bytes.first ?? 0), "a head that is whole was refused")
            return
        }
        var parts: [[UInt8]] = []
        var refused = 0
        while true {
            do throws(WireError) {
                guard let part = try reader.next() else { break }
                parts.append(Array(part))
            } catch {
                try require(error == .misplacedLayer, "a part was refused with \(error)")
                refused += 1
            }
        }
        let named = Int(bytes[0])
        try require(parts.count + refused + reader.truncatedParts == named, "parts were lost, or made up")
        try require(
            1 + 2 * named + parts.reduce(0) { $0 + $1.count } <= bytes.count,
            "a byte stands in two parts"
        )
        try checkSplit(parts)
        guard refused == 0, !reader.isTruncated, named > 1 else { return }

        var writer = CompoundWriter()
        for part in parts { try writer.append(part) }
        let announced = writer.encodedCount
        var written: [UInt8] = []
        writer.finish(into: &written)
        try require(written.count == announced, "it has another size than it said")
        try require(
            written.dropFirst().elementsEqual(bytes.prefix(announced - 1)),
            "written again it differs"
        )
    }

    /// Payloads of a datagram's size hold all parts, in their order.
    private static func checkSplit(_ parts: [[UInt8]]) throws {
        let budget = 1_400
        let fitting = parts.filter { !$0.isEmpty && $0.count <= budget }
        var read: [[UInt8]] = []
        for payload in try CompoundWriter.split(fitting, budget: budget) {
            try require(payload.count <= budget, "a payload is over its budget")
            guard Message.type(of: payload[...]) == .compound else {
                read.append(payload)
                continue
            }
            var reader = try CompoundReader(payload.dropFirst())
            while let part = try reader.next() { read.append(Array(part)) }
        }
        try require(read == fitting, "split over datagrams, parts differ")
    }
}

enum MessageSeeds {
    static func all() throws -> [[UInt8]] {
        let lines = try FixtureLine.all("messages.jsonl", "decoder.jsonl", "streams.jsonl")
        let recorded = lines.compactMap { $0.inner ?? $0.hex }.filter { $0.count <= 16_384 }
        return recorded + recorded.flatMap(short)
    }

    /// A recorded push/pull with its first states alone, short enough for the fuzzer to change all of it.
    private static func short(_ message: [UInt8]) -> [[UInt8]] {
        guard case .pushPull(let whole) = try? StreamMessage.decode(message[...]) else { return [] }
        return (1...3).map { count in
            var written: [UInt8] = []
            PushPull(join: whole.join, nodes: Array(whole.nodes.prefix(count))).encode(into: &written)
            return written
        }
    }
}

enum CompoundSeeds {
    static func all() throws -> [[UInt8]] {
        try FixtureLine.all("packets.jsonl", "gossip.jsonl", "malformed.jsonl")
            .compactMap { $0.inner ?? $0.hex }
            .filter { $0.first == MessageType.compound.rawValue }
            .map { Array($0.dropFirst()) }
    }
}

/// What holds of every message that is read.
enum MessageRules {
    /// All messages of a datagram's payload.
    static func check(partsOf payload: [UInt8]) throws {
        guard Message.type(of: payload[...]) == .compound else { return try check(messageIn: payload[...]) }
        guard var reader = try? CompoundReader(payload.dropFirst()) else {
            throw FuzzFailure(description: "an opened compound has no head")
        }
        while true {
            switch Outcome({ () throws(WireError) in try reader.next() }) {
            case .value(let part?): try check(messageIn: part)
            case .value(nil): return
            case .refused: continue
            }
        }
    }

    /// A message of a datagram: written and read again it is the same, and so are its bytes.
    static func check(messageIn bytes: ArraySlice<UInt8>) throws {
        guard let message = try? Message.decode(bytes) else { return }
        var written: [UInt8] = []
        message.encode(into: &written)
        let again = try Message.decode(written[...])
        try require(again == message, "read again it is \(again), not \(message)")
        var rewritten: [UInt8] = []
        again.encode(into: &rewritten)
        try require(rewritten == written, "written again it has other bytes")
    }

    /// A message of a stream: the same.
    static func check(streamMessageIn bytes: [UInt8]) throws {
        guard let message = try? StreamMessage.decode(bytes[...]) else { return }
        if case .pushPull(let pushPull) = message { try UnusualStates.check(pushPull, in: bytes) }
        try check(message)
    }

    static func check(_ message: StreamMessage) throws {
        var written: [UInt8] = []
        message.encode(into: &written)
        let again = try StreamMessage.decode(written[...])
        try require(again == message, "a stream's message is another when it is read again")
        var rewritten: [UInt8] = []
        again.encode(into: &rewritten)
        try require(rewritten == written, "a stream's message has other bytes when it is written again")
    }
}

/// The states of a push/pull are read in two ways: fast, in the form that everybody writes, and as any message is.
/// With a longer head in front of each state the second one reads what the first one read.
enum UnusualStates {
    static func check(_ pushPull: PushPull, in bytes: [UInt8]) throws {
        guard let unusual = rewrite(bytes, states: pushPull.nodes.count) else { return }
        let other = try StreamMessage.decode(unusual[...])
        try require(other == .pushPull(pushPull), "the fast reader and the careful one differ")
    }

    /// The same push/pull with `de 00 07` for the `87` in front of each state; nil where none is in its usual form.
    private static func rewrite(_ bytes: [UInt8], states: Int) -> [UInt8]? {
        guard var position = ReferenceScanner.end(of: bytes, from: 1) else { return nil }
        var written = Array(bytes[..<position])
        var isUnusual = false
        for _ in 0..<states {
            guard let end = ReferenceScanner.end(of: bytes, from: position) else { return nil }
            if bytes[position] == 0x87 {
                written += [0xde, 0x00, 0x07]
                position += 1
                isUnusual = true
            }
            written += bytes[position..<end]
            position = end
        }
        return isUnusual ? written + bytes[position...] : nil
    }
}

/// Where a MessagePack value ends, found in the plainest way.
enum ReferenceScanner {
    /// The index behind the value that begins there; nil where it is cut short, or none.
    static func end(of bytes: [UInt8], from start: Int) -> Int? {
        var position = start
        var pending = 1
        while pending > 0 {
            guard position < bytes.count else { return nil }
            pending -= 1
            let first = bytes[position]
            func number(_ width: Int) -> Int? {
                guard position + width < bytes.count else { return nil }
                return (1...width).reduce(0) { $0 << 8 | Int(bytes[position + $1]) }
            }
            var size = 1
            switch first {
            case 0x80...0x8f: pending += 2 * Int(first & 0x0f)
            case 0x90...0x9f: pending += Int(first & 0x0f)
            case 0xa0...0xbf: size += Int(first & 0x1f)
            case 0xc1: return nil
            case 0xc4, 0xd9, 0xc5, 0xda, 0xc6, 0xdb:
                let width = first == 0xc4 || first == 0xd9 ? 1 : first == 0xc5 || first == 0xda ? 2 : 4
                guard let count = number(width) else { return nil }
                size += width + count
            case 0xc7, 0xc8, 0xc9:
                let width = 1 << Int(first - 0xc7)
                guard let count = number(width) else { return nil }
                size += width + 1 + count
            case 0xcc, 0xd0: size += 1
            case 0xcd, 0xd1: size += 2
            case 0xce, 0xd2, 0xca: size += 4
            case 0xcf, 0xd3, 0xcb: size += 8
            case 0xd4...0xd8: size += 1 + 1 << Int(first - 0xd4)
            case 0xdc, 0xdd, 0xde, 0xdf:
                let width = first == 0xdc || first == 0xde ? 2 : 4
                guard let count = number(width) else { return nil }
                size += width
                pending += first >= 0xde ? 2 * count : count
            default: break
            }
            guard size <= bytes.count - position else { return nil }
            position += size
        }
        return position
    }
}
