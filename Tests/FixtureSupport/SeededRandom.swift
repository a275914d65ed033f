/// SplitMix64: the same draws on every machine.
public struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    public mutating func byte(below bound: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: next() % UInt64(bound))
    }

    public mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in byte(below: 256) }
    }
}
