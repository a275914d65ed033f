/// The protocol's own random numbers: xoshiro256**, seeded, so that one seed gives one history on every
/// machine. For choosing members and staggering timers; never for keys or nonces.
package struct ProtocolRandom: Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    package init(seed: UInt64) {
        var mixer = SplitMix(seed: seed)
        state = (mixer.next(), mixer.next(), mixer.next(), mixer.next())
    }

    package mutating func next() -> UInt64 {
        let scrambled = state.1 &* 5
        let result = (scrambled << 7 | scrambled >> 57) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = state.3 << 45 | state.3 >> 19
        return result
    }

    /// An integer from 0 up to, and without, the bound; 0 where the bound is not positive.
    package mutating func below(_ bound: Int64) -> Int64 {
        guard bound > 1 else { return 0 }
        let range = UInt64(bound)
        // Rejects the few values that would favour small results.
        let threshold = (0 &- range) % range
        while true {
            let (high, low) = range.multipliedFullWidth(by: next())
            if low >= threshold { return Int64(high) }
        }
    }

    package mutating func below(_ bound: Int) -> Int {
        Int(below(Int64(bound)))
    }

    /// Draws up to `count` different integers below `bound`, in the order drawn, appending them to `chosen`
    /// (Floyd's sampling: each set is equally likely, and no draw is wasted).
    package mutating func sample(_ count: Int, below bound: Int, into chosen: inout [Int]) {
        let start = chosen.count
        let wanted = min(count, bound)
        guard wanted > 0 else { return }
        for last in (bound - wanted)..<bound {
            let candidate = below(last + 1)
            chosen.append(chosen[start...].contains(candidate) ? last : candidate)
        }
    }
}

/// SplitMix64: makes several numbers of one, for states and keys that a seed gives.
struct SplitMix: Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
