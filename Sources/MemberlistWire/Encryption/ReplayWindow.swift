/// Which counters of one session have been seen: the highest, and those of the 1,023 below it.
///
/// A session counts for all whom its node sends to: of a hundred, each sees about ten of a window's counters. So few
/// stand in a list; where they are more, a bit stands for each counter of the window.
struct ReplayWindow: Sendable {
    static let width = Limits.replayWindow

    private var highest: UInt64
    /// The low bits of those seen below the highest, in no order; of no meaning once there are bits.
    private var few = InlineArray<15, UInt16>(repeating: 0)
    /// How many stand in the list.
    private var length: UInt16 = 0
    /// Bit `counter % 1024`, for the counters that the window holds; empty while there are few.
    private var bits: [UInt64] = []

    /// A window that has seen one counter.
    init(first counter: UInt64) {
        highest = counter
    }

    /// Begins anew for another session, in the same memory.
    mutating func restart(first counter: UInt64) {
        highest = counter
        length = 0
        clearBits()
        if !bits.isEmpty { mark(counter) }
    }

    /// Remembers a counter; false where it was seen before, or is too old to tell.
    mutating func insert(_ counter: UInt64) -> Bool {
        if counter > highest {
            rise(to: counter)
            return true
        }
        guard highest - counter < Self.width, !holds(counter) else { return false }
        add(counter)
        return true
    }

    private mutating func rise(to counter: UInt64) {
        let step = counter - highest
        let former = highest
        highest = counter
        if step >= Self.width {
            length = 0
            clearBits()
        } else if bits.isEmpty {
            removeThoseBelowTheWindow()
            add(former)
        } else {
            // What was there belongs to counters that have just left the window.
            for distance in 1...step { unmark(former &+ distance) }
        }
        if !bits.isEmpty { mark(counter) }
    }

    private func holds(_ counter: UInt64) -> Bool {
        if counter == highest { return true }
        guard bits.isEmpty else { return isMarked(counter) }
        let low = UInt16(truncatingIfNeeded: counter)
        for place in 0..<Int(length) where few[place] == low { return true }
        return false
    }

    /// Adds one below the highest.
    private mutating func add(_ counter: UInt64) {
        if bits.isEmpty, Int(length) < few.count {
            few[Int(length)] = UInt16(truncatingIfNeeded: counter)
            length += 1
            return
        }
        if bits.isEmpty { spread() }
        mark(counter)
    }

    /// How far below the highest one of the list lies.
    private func distance(_ low: UInt16) -> UInt64 {
        UInt64(UInt16(truncatingIfNeeded: highest) &- low)
    }

    private mutating func removeThoseBelowTheWindow() {
        var kept = 0
        for place in 0..<Int(length) where distance(few[place]) < Self.width {
            few[kept] = few[place]
            kept += 1
        }
        length = UInt16(kept)
    }

    private mutating func spread() {
        bits = [UInt64](repeating: 0, count: Int(Self.width) / 64)
        mark(highest)
        for place in 0..<Int(length) { mark(highest - distance(few[place])) }
    }

    private mutating func clearBits() {
        for word in bits.indices { bits[word] = 0 }
    }

    private func isMarked(_ counter: UInt64) -> Bool {
        bits[Int(counter / 64 % 16)] >> (counter % 64) & 1 == 1
    }

    private mutating func mark(_ counter: UInt64) {
        bits[Int(counter / 64 % 16)] |= 1 << (counter % 64)
    }

    private mutating func unmark(_ counter: UInt64) {
        bits[Int(counter / 64 % 16)] &= ~(1 << (counter % 64))
    }
}
