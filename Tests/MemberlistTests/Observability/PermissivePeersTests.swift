import MemberlistCore
import MemberlistWire
import Testing

@testable import Memberlist

/// The table of who still sends what is taken only for a while.
@Suite struct PermissivePeersTests {
    private func endpoint(_ number: Int) throws -> Endpoint {
        let bytes: [UInt8] = [10, 0, UInt8(number >> 8), UInt8(number & 0xff)]
        return Endpoint(address: try #require(IPAddress(bytes: bytes)), port: 7946)
    }

    @Test func strangersDoNotTakeTheMembersRoom() throws {
        let peers = PermissivePeers(isPermissive: true)
        for number in 0..<5_000 {
            peers.note(.plaintext, from: try endpoint(number), at: Instant(nanoseconds: 5)) { false }
        }
        let strangers = peers.recent(within: 10, at: Instant(nanoseconds: 6))
        #expect(strangers.rows.count == Limits.reportedClaims)
        #expect(strangers.others == 5_000 - Limits.reportedClaims)
        for number in 10_000..<15_000 {
            peers.note(.otherLabel, from: try endpoint(number), at: Instant(nanoseconds: 5)) { true }
        }
        let all = peers.recent(within: 10, at: Instant(nanoseconds: 6))
        #expect(all.rows.count == Limits.permissivePeers)
        #expect(all.rows.values.count(where: \.isMember) == Limits.permissivePeers - Limits.reportedClaims)
    }

    @Test func whoWasQuietForTheWindowIsForgotten() throws {
        let peers = PermissivePeers(isPermissive: true)
        let (old, new) = (try endpoint(1), try endpoint(2))
        for time in [1, 2, 3] as [Int64] {
            peers.note(.plaintext, from: old, at: Instant(nanoseconds: time)) { true }
        }
        peers.note(.plaintext, from: new, at: Instant(nanoseconds: 50)) { true }
        var rows = peers.recent(within: 100, at: Instant(nanoseconds: 60)).rows
        #expect(rows[.init(peer: old, kind: .plaintext)]?.count == 3)
        rows = peers.recent(within: 20, at: Instant(nanoseconds: 60)).rows
        #expect(rows.keys.map(\.peer) == [new])
        // What comes again is counted from one.
        peers.note(.plaintext, from: old, at: Instant(nanoseconds: 61)) { true }
        rows = peers.recent(within: 20, at: Instant(nanoseconds: 61)).rows
        #expect(rows[.init(peer: old, kind: .plaintext)]?.count == 1)
    }

    @Test func whatMakesANodePermissive() throws {
        let key = try SecretKey.random()
        func isPermissive(_ change: (inout MemberlistConfiguration) -> Void) throws -> Bool {
            try LayerSettings(local("a", change)).isPermissive
        }
        #expect(try !isPermissive { _ in })
        #expect(try !isPermissive { $0.keyring = Keyring(primary: key) })
        #expect(try isPermissive { ($0.keyring, $0.verifiesIncoming) = (Keyring(primary: key), false) })
        // There is nothing to verify without a key.
        #expect(try !isPermissive { $0.verifiesIncoming = false })
        #expect(try isPermissive { $0.acceptedLabels = ["blue"] })
        #expect(try isPermissive { ($0.label, $0.acceptedLabels) = ("blue", [""]) })
        #expect(try !isPermissive { ($0.label, $0.acceptedLabels) = ("blue", ["blue"]) })
    }
}
