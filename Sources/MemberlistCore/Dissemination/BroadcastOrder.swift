/// The order in which broadcasts are drawn: fewest transmissions, then longest, then newest. One heap for all
/// that were sent equally often and have one length, the heaps in a sorted array.
struct BroadcastOrder: Sendable {
    private struct Bucket {
        let transmissions: Int32
        let length: Int32
        var root: Int32
    }

    private var buckets: [Bucket] = []

    /// The smallest count of transmissions of any that wait, above the one given.
    func fewestTransmissions(above transmissions: Int32) -> Int32? {
        let position = firstPosition { $0.transmissions > transmissions }
        return position < buckets.count ? buckets[position].transmissions : nil
    }

    /// The largest count of transmissions of any that wait, below the one given.
    func mostTransmissions(below transmissions: Int32) -> Int32? {
        let position = firstPosition { $0.transmissions >= transmissions } - 1
        return position >= 0 ? buckets[position].transmissions : nil
    }

    mutating func insert(_ slot: Int32, in slots: inout BroadcastSlots) {
        let (transmissions, length) = Self.place(of: slot, in: slots)
        let position = firstPosition { ($0.transmissions, $0.length) >= (transmissions, length) }
        if holds(position, transmissions, length) {
            buckets[position].root = slots.join(buckets[position].root, slot)
        } else {
            buckets.insert(Bucket(transmissions: transmissions, length: length, root: slot), at: position)
        }
    }

    /// Takes out one that waits.
    mutating func remove(_ slot: Int32, from slots: inout BroadcastSlots) {
        let (transmissions, length) = Self.place(of: slot, in: slots)
        let position = firstPosition { ($0.transmissions, $0.length) >= (transmissions, length) }
        precondition(holds(position, transmissions, length), "a broadcast was removed that does not wait")
        setRoot(slots.remove(slot, fromHeap: buckets[position].root), at: position)
    }

    /// The newest of the longest that are at most `length`, of those that were sent so often.
    mutating func popLongest(
        upTo length: Int,
        transmissions: Int32,
        from slots: inout BroadcastSlots
    ) -> Int32? {
        let length = Int32(clamping: length)
        let position = firstPosition { ($0.transmissions, $0.length) > (transmissions, length) } - 1
        guard position >= 0, buckets[position].transmissions == transmissions else { return nil }
        let slot = buckets[position].root
        setRoot(slots.removeRoot(slot), at: position)
        return slot
    }

    /// Of those sent most often the newest of a shortest.
    mutating func popMostSent(from slots: inout BroadcastSlots) -> Int32? {
        guard let most = buckets.last?.transmissions else { return nil }
        let position = firstPosition { $0.transmissions >= most }
        let slot = buckets[position].root
        setRoot(slots.removeRoot(slot), at: position)
        return slot
    }

    /// All that wait, the last to be drawn first.
    func lastToFirst(in slots: BroadcastSlots) -> [Int32] {
        var found: [Int32] = []
        var end = buckets.count
        while end > 0 {
            // Among those sent equally often the shortest is the last.
            let transmissions = buckets[end - 1].transmissions
            let start = firstPosition { $0.transmissions >= transmissions }
            for bucket in buckets[start..<end] { found += slots.ascending(bucket.root) }
            end = start
        }
        return found
    }

    private static func place(of slot: Int32, in slots: BroadcastSlots) -> (Int32, Int32) {
        (slots[slot].transmissions, Int32(clamping: slots[slot].payload.count))
    }

    private func holds(_ position: Int, _ transmissions: Int32, _ length: Int32) -> Bool {
        position < buckets.count && buckets[position].transmissions == transmissions
            && buckets[position].length == length
    }

    private mutating func setRoot(_ root: Int32, at position: Int) {
        if root < 0 { buckets.remove(at: position) } else { buckets[position].root = root }
    }

    private func firstPosition(where belongsAfter: (Bucket) -> Bool) -> Int {
        var low = 0
        var high = buckets.count
        while low < high {
            let middle = (low + high) / 2
            if belongsAfter(buckets[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
