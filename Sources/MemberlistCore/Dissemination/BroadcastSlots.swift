import MemberlistWire

/// One queued broadcast: 48 bytes, beside the payload, which others may share, and the name.
struct BroadcastSlot: Sendable {
    var payload: [UInt8]
    var name: [UInt8]?
    /// Newer is higher. The age starts anew now and then; the identity tells equal ages apart.
    var age: UInt64
    var identity: UInt64
    /// How often it was sent; -1 where the slot is free.
    var transmissions: Int32 = 0
    /// Its place in a heap: the first of those below it, the next beside it, and the one before it, which is
    /// the one above where it is the first. -1 for none.
    var child: Int32 = -1
    var next: Int32 = -1
    var previous: Int32 = -1
}

/// The slots of a queue in one array, and heaps among them: each heap is told by its root, the newest, and is
/// nothing but links (Fredman, Sedgewick, Sleator, Tarjan, "The pairing heap", 1986). Joining two is O(1),
/// removing one O(log n) over many steps.
struct BroadcastSlots: Sendable {
    private(set) var all: [BroadcastSlot] = []
    private var free: Int32 = -1
    private(set) var count = 0

    /// How many an emptied store keeps room for: a burst's memory is given back, that of every day is not.
    private static let kept = 64

    subscript(slot: Int32) -> BroadcastSlot { all[Int(slot)] }

    mutating func insert(_ slot: BroadcastSlot) -> Int32 {
        count += 1
        let position = free
        guard position >= 0 else {
            all.appendCompactly(slot)
            return Int32(all.count - 1)
        }
        free = all[Int(position)].next
        all[Int(position)] = slot
        return position
    }

    /// Frees a slot that is in no heap.
    mutating func remove(_ slot: Int32) {
        count -= 1
        all[Int(slot)] = BroadcastSlot(
            payload: [],
            name: nil,
            age: 0,
            identity: 0,
            transmissions: -1,
            next: free
        )
        free = slot
        guard count == 0 else { return }
        free = -1
        all.removeAll(keepingCapacity: all.capacity <= Self.kept)
    }

    mutating func countTransmission(of slot: Int32) {
        all[Int(slot)].transmissions += 1
    }

    func isNewer(_ one: Int32, than other: Int32) -> Bool {
        let (one, other) = (Int(one), Int(other))
        return (all[one].age, all[one].identity) > (all[other].age, all[other].identity)
    }

    // MARK: Heaps

    /// Makes one heap of two; returns its root.
    mutating func join(_ one: Int32, _ other: Int32) -> Int32 {
        let (root, below) = isNewer(one, than: other) ? (one, other) : (other, one)
        let first = all[Int(root)].child
        all[Int(below)].next = first
        all[Int(below)].previous = root
        if first >= 0 { all[Int(first)].previous = below }
        all[Int(root)].child = below
        return root
    }

    /// Takes the root out; returns the root of what is left, -1 for nothing.
    mutating func removeRoot(_ root: Int32) -> Int32 {
        let first = all[Int(root)].child
        all[Int(root)].child = -1
        return joinSiblings(from: first)
    }

    /// Takes any slot out of a heap; returns the root of what is left, -1 for nothing.
    mutating func remove(_ slot: Int32, fromHeap root: Int32) -> Int32 {
        guard slot != root else { return removeRoot(root) }
        let (next, previous) = (all[Int(slot)].next, all[Int(slot)].previous)
        if all[Int(previous)].child == slot {
            all[Int(previous)].child = next
        } else {
            all[Int(previous)].next = next
        }
        if next >= 0 { all[Int(next)].previous = previous }
        all[Int(slot)].next = -1
        all[Int(slot)].previous = -1
        let rest = removeRoot(slot)
        return rest < 0 ? root : join(root, rest)
    }

    /// The slots of a heap, the oldest first.
    func ascending(_ root: Int32) -> [Int32] {
        var found = [root]
        var looked = 0
        while looked < found.count {
            var below = all[Int(found[looked])].child
            while below >= 0 {
                found.append(below)
                below = all[Int(below)].next
            }
            looked += 1
        }
        return found.sorted { isNewer($1, than: $0) }
    }

    /// Joins heaps that stand side by side: in pairs from the first to the last, the pairs from the last to the
    /// first.
    private mutating func joinSiblings(from first: Int32) -> Int32 {
        var pairs: Int32 = -1
        var at = first
        while at >= 0 {
            let second = detach(at)
            var root = at
            at = second
            if second >= 0 {
                at = detach(second)
                root = join(root, second)
            }
            all[Int(root)].next = pairs
            pairs = root
        }
        var root: Int32 = -1
        while pairs >= 0 {
            let pair = pairs
            pairs = detach(pair)
            root = root < 0 ? pair : join(root, pair)
        }
        return root
    }

    /// Makes a heap stand alone; returns the one that stood next to it.
    private mutating func detach(_ slot: Int32) -> Int32 {
        let next = all[Int(slot)].next
        all[Int(slot)].next = -1
        all[Int(slot)].previous = -1
        return next
    }
}
