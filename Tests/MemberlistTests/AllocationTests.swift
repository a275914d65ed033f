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

    /// Only as it is built for use: without the optimiser every closure that is handed on is an allocation.
    #if !DEBUG
    @Test(arguments: [false, true], [false, true])
    func aDatagramThatIsSealedAndOpened(isNative: Bool, compresses: Bool) throws {
        let keyring = Keyring(primary: try SecretKey.random())
        var sealer = DatagramSealer(
            label: try Label("cluster"),
            keyring: keyring,
            compression: compresses,
            padded: false
        )
        var opener = DatagramOpener(
            label: try Label("cluster"),
            keyring: keyring,
            verifiesIncoming: true,
            acceptsPadded: false,
            name: "b"
        )
        let receiver = Receiver(name: "b", takesChecksum: true, capabilities: isNative ? .all : [])
        let payload: [UInt8] = [8] + [UInt8](repeating: 7, count: 900)
        var datagram: [UInt8] = []
        let count = try Self.count { round in
            try sealer.seal(payload, for: receiver, into: &datagram)
            var opened = try opener.open(datagram.span.bytes, at: Int64(round))
            let part = try opened.nextPart()
            if part?.count != payload.count { Issue.record("another message") }
        }
        #expect(count ?? 0 == 0)
    }
    #endif
}
