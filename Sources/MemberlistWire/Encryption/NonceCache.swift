/// The nonces of the frames that verified of late, so that a recorded frame is not taken twice.
///
/// A ring in order of arrival, and a table of open addressing into it. Both double as they fill, up to the
/// bound, and stay; after that an insertion allocates nothing.
struct NonceCache: Sendable {
    private struct Entry {
        var nonce: Nonce
        var time: Int64
    }

    private let limit: Int
    private let lifetime: Int64
    /// A power of two; so is the table, which is twice as large.
    private var ring: [Entry] = []
    private var oldest = 0
    /// Nonces held.
    private(set) var count = 0
    /// 0 for free, else one more than a place in the ring.
    private var table: [UInt32] = []

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
        guard count == 0 || place(of: nonce) == nil else { return false }
        if count == limit { removeOldest() }
        if count == ring.count { grow() }
        let position = (oldest + count) & (ring.count - 1)
        ring[position] = Entry(nonce: nonce, time: now)
        count += 1
        enter(position)
        return true
    }

    /// Where the table starts to look for a nonce. Only holders of a key can choose what verifies, so the
    /// mixing need not withstand an attacker.
    private func home(of nonce: Nonce) -> Int {
        let mixed = (nonce.low ^ UInt64(nonce.high) &* 0x9E37_79B9_7F4A_7C15) &* 0xD6E8_FEB8_6659_FD93
        return Int(truncatingIfNeeded: mixed >> 32) & (table.count - 1)
    }

    private func place(of nonce: Nonce) -> Int? {
        var place = home(of: nonce)
        while table[place] != 0 {
            if ring[Int(table[place]) - 1].nonce == nonce { return place }
            place = (place + 1) & (table.count - 1)
        }
        return nil
    }

    private mutating func enter(_ position: Int) {
        var place = home(of: ring[position].nonce)
        while table[place] != 0 { place = (place + 1) & (table.count - 1) }
        table[place] = UInt32(position + 1)
    }

    private mutating func removeOldest() {
        if let place = place(of: ring[oldest].nonce) { free(place) }
        oldest = (oldest + 1) & (ring.count - 1)
        count -= 1
    }

    /// Frees a place and moves up whom it kept from theirs, so that the table needs no tombstones.
    private mutating func free(_ place: Int) {
        let mask = table.count - 1
        var hole = place
        var next = (place + 1) & mask
        while table[next] != 0 {
            let home = home(of: ring[Int(table[next]) - 1].nonce)
            if (next - home) & mask >= (next - hole) & mask {
                table[hole] = table[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        table[hole] = 0
    }

    private mutating func grow() {
        let capacity = max(Self.firstCapacity, ring.count * 2)
        var larger = (0..<count).map { ring[(oldest + $0) & (ring.count - 1)] }
        let blank = Entry(nonce: Nonce(low: 0, high: 0), time: 0)
        larger.append(contentsOf: repeatElement(blank, count: capacity - count))
        ring = larger
        oldest = 0
        table = [UInt32](repeating: 0, count: capacity * 2)
        for position in 0..<count { enter(position) }
    }
}
