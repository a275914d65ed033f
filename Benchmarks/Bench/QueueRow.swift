import MemberlistCore
import MemberlistWire
import SampleCluster

/// A queue that holds news of each of many members: one of them has other news, and a datagram is filled.
enum QueueRow {
    private static let payload = 1_398
    /// 4 times the logarithm of ten thousand members, as both sides round it.
    private static let transmissions = 20

    static func measure(entries: Int = Inputs.members, seconds: Double) throws -> Figure {
        var queue = BroadcastQueue()
        // Part of a longer buffer, as the names of members are.
        let names = (0..<entries).map { number in
            NodeName(bytes: ([0] + SampleMembers.name(number).bytes)[1...])
        }
        let message = [UInt8](repeating: 7, count: 80)
        for name in names { queue.queue(message, name: name) }
        var next = 0
        var drawn: [[UInt8]] = []
        return try Stopwatch(seconds: seconds).measure(
            "queue-\(entries)",
            unit: "us",
            per: 1_000_000,
            batch: 1_000
        ) { _ in
            next = (next + 7_919) % entries
            queue.queue(message, name: names[next])
            queue.draw(
                overhead: CompoundWriter.partOverhead,
                limit: payload,
                transmitLimit: transmissions,
                into: &drawn
            )
            drawn.removeAll(keepingCapacity: true)
        }
    }
}
