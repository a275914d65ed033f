/// The nonces of the frames that verified of late, so that a recorded frame is not taken twice.
///
/// A ring in order of arrival, and an index into it. Both double as they fill, up to the bound, and stay; after that an
/// insertion allocates nothing.
struct NonceCache: Sendable {
    private struct Entry {
        var nonce: Nonce
        var time: Int64
    }

    private let limit: Int
    private let lifetime: Int64
    /// A power of two of them.
    private var ring: [Entry] = []
    private var oldest = 0
    /// Nonces held.
    private(set) var count = 0
    private var places = PositionIndex()

    private static let firstCapacity = 32

    /// - Parameters:
    ///   - limit: The nonces held at most; the oldest goes first.
    ///   - lifetimeNanoseconds: How long a nonce is held.
    init(
        limit: Int = Limits.rememberedNonces,
        lifetimeNanoseconds: Int64 = Limits.rememberedNonceNanoseconds
    ) {
        self.limit = max(1, limit)
        lifetime = lifetimeNanoseconds
    }

    /// Remembers a nonce; false where it is remembered already.
    ///
    /// - Parameter now: Nanoseconds of a clock that does not go back.
    mutating func insert(_ nonce: Nonce, at now: Int64) -> Bool {
        while count > 0, now &- ring[oldest].time >= lifetime { removeOldest() }
        let hash = Self.hash(nonce)
        guard places.find(hash, where: { ring[$0].nonce == nonce }) == nil else { return false }
        if count == limit { removeOldest() }
        if count == ring.count { grow() }
        let position = (oldest + count) & (ring.count - 1)
        ring[position] = Entry(nonce: nonce, time: now)
        count += 1
        places.insert(position, hash: hash) { [ring] in Self.hash(ring[$0].nonce) }
        return true
    }

    /// Where to look for a nonce. Only holders of a key can choose what verifies, so the mixing need not withstand an
    /// attacker.
    private static func hash(_ nonce: Nonce) -> UInt64 {
        let mixed = (nonce.low ^ UInt64(nonce.high) &* 0x9E37_79B9_7F4A_7C15) &* 0xD6E8_FEB8_6659_FD93
        return mixed ^ mixed >> 32
    }

    private mutating func removeOldest() {
        places.remove(oldest, hash: Self.hash(ring[oldest].nonce)) { [ring] in Self.hash(ring[$0].nonce) }
        oldest = (oldest + 1) & (ring.count - 1)
        count -= 1
    }

    private mutating func grow() {
        let capacity = max(Self.firstCapacity, ring.count * 2)
        var larger = (0..<count).map { ring[(oldest + $0) & (ring.count - 1)] }
        let blank = Entry(nonce: Nonce(low: 0, high: 0), time: 0)
        larger.append(contentsOf: repeatElement(blank, count: capacity - count))
        ring = larger
        oldest = 0
        places.removeAll()
        places.reserve(capacity) { [ring] in Self.hash(ring[$0].nonce) }
        for position in 0..<count {
            places.insert(position, hash: Self.hash(ring[position].nonce)) { [ring] in
                Self.hash(ring[$0].nonce)
            }
        }
    }
}
