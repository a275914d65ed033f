import MemberlistWire

/// SipHash-1-3 (Aumasson, Bernstein, "SipHash", 2012) with a key of this node's own: peers choose their names,
/// and must not be able to choose them so that they meet in one place of a table.
///
/// It decides where a row is looked for and nothing else: no order that anybody sees depends on it.
struct KeyedHash: Sendable {
    private let first: UInt64
    private let second: UInt64

    /// The key comes from the protocol's seed, and by another way than its random numbers.
    init(seed: UInt64) {
        var mixer = SplitMix(seed: seed ^ 0x6d65_6d62_6572_2121)
        first = mixer.next()
        second = mixer.next()
    }

    func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var state = SipState(first, second)
        let whole = bytes.count & ~7
        for offset in stride(from: 0, to: whole, by: 8) {
            state.absorb(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
        }
        var last = UInt64(truncatingIfNeeded: bytes.count) << 56
        for offset in whole..<bytes.count { last |= UInt64(bytes[offset]) << (8 * UInt64(offset - whole)) }
        return state.finish(last)
    }

    func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.withUnsafeBytes { hash($0) }
    }

    func hash(_ endpoint: Endpoint) -> UInt64 {
        var state = SipState(first, second)
        state.absorb(endpoint.address.high)
        state.absorb(endpoint.address.low)
        return state.finish(18 << 56 | UInt64(endpoint.port))
    }
}

private struct SipState {
    private var a: UInt64
    private var b: UInt64
    private var c: UInt64
    private var d: UInt64

    init(_ first: UInt64, _ second: UInt64) {
        a = first ^ 0x736f_6d65_7073_6575
        b = second ^ 0x646f_7261_6e64_6f6d
        c = first ^ 0x6c79_6765_6e65_7261
        d = second ^ 0x7465_6462_7974_6573
    }

    mutating func absorb(_ word: UInt64) {
        d ^= word
        mix()
        a ^= word
    }

    mutating func finish(_ last: UInt64) -> UInt64 {
        absorb(last)
        c ^= 0xff
        mix()
        mix()
        mix()
        return a ^ b ^ c ^ d
    }

    private mutating func mix() {
        a &+= b
        b = (b << 13 | b >> 51) ^ a
        a = a << 32 | a >> 32
        c &+= d
        d = (d << 16 | d >> 48) ^ c
        a &+= d
        d = (d << 21 | d >> 43) ^ a
        c &+= b
        b = (b << 17 | b >> 47) ^ c
        c = c << 32 | c >> 32
    }
}
