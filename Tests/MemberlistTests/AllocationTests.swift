import CAllocations
import MemberlistCore
import MemberlistWire
import Testing

@testable import Memberlist

/// What is noted of every datagram asks for no memory once all that it needs has been seen. The counter stands before
/// the system's allocator, and counts this thread alone.
@Suite struct AllocationTests {
    /// Allocations of a hundred calls, after as many that may allocate; nil where they cannot be counted.
    private static func count(_ body: (Int) throws -> Void) rethrows -> Int? {
        for round in 0..<100 { try body(round) }
        allocations_begin()
        for round in 100..<200 { try body(round) }
        let count = allocations_end()
        return count < 0 ? nil : count
    }

    @Test func theCounterCounts() throws {
        var kept: [[UInt8]] = []
        kept.reserveCapacity(200)
        guard let count = Self.count({ kept.append([UInt8](repeating: 1, count: $0 + 1)) }) else { return }
        #expect(count == 100)
    }

    @Test func aPeerThatIsKnown() throws {
        let peers = KeyPeers()
        let endpoints = (0..<50).map {
            Endpoint(address: IPAddress(ipv4: 0x0a00_0000 + UInt32($0)), port: 7946)
        }
        let count = Self.count { round in
            peers.note(
                KeyID(rawValue: UInt64(round % 2)),
                by: endpoints[round % 50],
                at: Instant(nanoseconds: Int64(round)),
                members: 50
            )
        }
        #expect(count ?? 0 == 0)
    }
}
