/// Which counters of one session have been seen: the highest, and the 1,023 below it.
struct ReplayWindow: Sendable {
    static let width = Limits.replayWindow

    /// Bit `counter % 1024`, for the counters that the window holds.
    private var seen = InlineArray<16, UInt64>(repeating: 0)
    private var highest: UInt64

    /// A window that has seen one counter.
    init(first counter: UInt64) {
        highest = counter
        mark(counter)
    }

    /// Remembers a counter; false where it was seen before, or is too old to tell.
    mutating func insert(_ counter: UInt64) -> Bool {
        if counter > highest {
            let step = counter - highest
            if step >= Self.width {
                seen = InlineArray(repeating: 0)
            } else {
                // What was there belongs to counters that have just left the window.
                for distance in 1...step { unmark(highest &+ distance) }
            }
            highest = counter
        } else {
            guard highest - counter < Self.width, !isMarked(counter) else { return false }
        }
        mark(counter)
        return true
    }

    private func isMarked(_ counter: UInt64) -> Bool {
        seen[Int(counter / 64 % 16)] >> (counter % 64) & 1 == 1
    }

    private mutating func mark(_ counter: UInt64) {
        seen[Int(counter / 64 % 16)] |= 1 << (counter % 64)
    }

    private mutating func unmark(_ counter: UInt64) {
        seen[Int(counter / 64 % 16)] &= ~(1 << (counter % 64))
    }
}
