import Testing

@testable import MemberlistWire

@Suite("The table of replay windows")
struct ReplayTableTests {
    private static let key = KeyID(rawValue: 9)

    private func nonce(_ session: Int, _ counter: UInt64) throws -> NativeNonce {
        let bytes = (0..<16).map { UInt8(truncatingIfNeeded: session >> (8 * min($0, 7))) }
        return try #require(NativeNonce(session: bytes, counter: counter))
    }

    @Test("holds 1,024 sessions, or four a member, and forgets the one that was silent for longest")
    func bound() throws {
        for (members, limit) in [(1, 1_024), (256, 1_024), (257, 1_028), (1_000, 4_000)] {
            var table = ReplayTable()
            table.makeRoom(forMembers: members)
            for session in 0..<limit { #expect(try table.insert(nonce(session, 5), under: Self.key)) }
            #expect(table.count == limit)
            // The first one speaks again, so that the second is the oldest.
            #expect(try table.insert(nonce(0, 6), under: Self.key))
            #expect(try table.insert(nonce(limit, 1), under: Self.key))
            #expect(table.count == limit)
            for session in [0, 2, limit - 1] {
                #expect(try !table.insert(nonce(session, 5), under: Self.key), "\(session) of \(limit)")
            }
            #expect(try table.insert(nonce(1, 5), under: Self.key), "forgotten")
        }
    }

    @Test("tells one key's sessions from another's")
    func keys() throws {
        var table = ReplayTable()
        #expect(try table.insert(nonce(1, 1), under: Self.key))
        #expect(try table.insert(nonce(1, 1), under: KeyID(rawValue: 10)))
        #expect(try !table.insert(nonce(1, 1), under: Self.key))
    }

    @Test("takes the highest counters there are")
    func edges() throws {
        var table = ReplayTable()
        #expect(try table.insert(nonce(1, 0), under: Self.key))
        #expect(try table.insert(nonce(1, .max), under: Self.key))
        #expect(try table.insert(nonce(1, .max - 1_023), under: Self.key))
        #expect(try !table.insert(nonce(1, .max - 1_024), under: Self.key))
        #expect(try !table.insert(nonce(1, .max), under: Self.key))
        #expect(try !table.insert(nonce(1, 0), under: Self.key))
    }
}
