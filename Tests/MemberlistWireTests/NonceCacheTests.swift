import FixtureSupport
import Testing

@testable import MemberlistWire

@Suite("Nonce cache")
struct NonceCacheTests {
    private func nonce(_ number: Int) -> Nonce {
        Nonce(low: UInt64(number / 3), high: UInt32(number % 3))
    }

    @Test("lets each nonce in once")
    func once() {
        let cache = Subject()
        for number in 0..<5_000 { #expect(cache.insert(nonce(number), at: 0)) }
        for number in 0..<5_000 { #expect(!cache.insert(nonce(number), at: 1)) }
        #expect(cache.count == 5_000)
    }

    @Test("forgets after its lifetime, not before")
    func expiry() {
        let cache = Subject(limit: 100, lifetimeNanoseconds: 10)
        #expect(cache.insert(nonce(1), at: 0))
        #expect(cache.insert(nonce(2), at: 5))
        #expect(!cache.insert(nonce(1), at: 9))
        #expect(cache.insert(nonce(1), at: 10))
        #expect(!cache.insert(nonce(2), at: 14))
        #expect(cache.insert(nonce(2), at: 15))
        #expect(cache.count == 2)
    }

    @Test("holds no more than its bound, and the oldest goes first")
    func bound() {
        let cache = Subject(limit: 300, lifetimeNanoseconds: .max)
        for number in 0..<1_000 { #expect(cache.insert(nonce(number), at: 0)) }
        #expect(cache.count == 300)
        for number in 700..<1_000 { #expect(!cache.insert(nonce(number), at: 0)) }
        #expect(cache.insert(nonce(699), at: 0))
        #expect(cache.insert(nonce(700), at: 0))
        #expect(!cache.insert(nonce(702), at: 0))
    }

    @Test("holds 65,536 for ten minutes by default")
    func defaults() {
        let cache = Subject()
        for number in 0..<70_000 { #expect(cache.insert(nonce(number), at: Int64(number))) }
        #expect(cache.count == 65_536)
        #expect(!cache.insert(nonce(69_999), at: 600_000_000_000))
    }

    @Test("decides as a plain list does, at any order of times and repeats")
    func model() {
        var random = SeededRandom(seed: 21)
        // Close to the table's fill, so that places collide and removals leave holes in the middle of runs.
        let pool = (0..<600).map { _ in Nonce(low: random.next(), high: UInt32(random.next() >> 32)) }
        let cache = Subject(limit: 250, lifetimeNanoseconds: 400)
        var list: [(nonce: Nonce, time: Int64)] = []
        var now: Int64 = 0
        for _ in 0..<20_000 {
            now += Int64(random.next() % 3)
            let nonce = pool[Int(random.next() % 600)]
            list.removeAll { now - $0.time >= 400 }
            let isNew = !list.contains { $0.nonce == nonce }
            if isNew {
                if list.count == 250 { list.removeFirst() }
                list.append((nonce, now))
            }
            let entered = cache.insert(nonce, at: now)
            guard entered == isNew, cache.count == list.count else {
                Issue.record("entered \(entered), expected \(isNew); \(cache.count) of \(list.count)")
                return
            }
        }
    }

    @Test("tells nonces apart by each of their 12 bytes, and takes no fewer")
    func bytes() throws {
        func nonce(_ bytes: [UInt8]) -> Nonce? { Nonce(bytes.span.bytes) }
        let cache = Subject()
        var frame = [UInt8](0..<12)
        #expect(cache.insert(try #require(nonce(frame)), at: 0))
        #expect(!cache.insert(try #require(nonce(frame)), at: 0))
        for index in frame.indices {
            frame[index] ^= 0x80
            #expect(cache.insert(try #require(nonce(frame)), at: 0))
        }
        #expect(nonce(Array(frame.prefix(11))) == nil)
    }
}

/// A cache behind a reference, because an expectation cannot change what it tests.
private final class Subject {
    private var cache: NonceCache

    init(
        limit: Int = Limits.rememberedNonces,
        lifetimeNanoseconds: Int64 = Limits.rememberedNonceNanoseconds
    ) {
        cache = NonceCache(limit: limit, lifetimeNanoseconds: lifetimeNanoseconds)
    }

    var count: Int { cache.count }

    func insert(_ nonce: Nonce, at now: Int64) -> Bool {
        cache.insert(nonce, at: now)
    }
}
