import MemberlistWire
import Testing

@testable import MemberlistCore

/// Some nodes and a network that does its worst.
@Suite struct ClusterTests {
    private func cluster(
        _ count: Int,
        seed: UInt64 = 1,
        _ change: (inout ProtocolConfiguration) -> Void = { _ in }
    ) -> Cluster {
        var cluster = Cluster(count, seed: seed, change)
        cluster.joinAll()
        cluster.run(count > 32 ? 15 : 10)
        return cluster
    }

    /// The longest until the last that lives has heard of a crash: a round until it is probed, twice the order's
    /// length at most; the round's end; the suspicion, which begins at its longest; and a while for gossip.
    private func detectionBound(_ count: Int) -> Double {
        let minimum = Formulas.suspicionTimeout(multiplier: 4, members: count, interval: .seconds(1))
        return 2 + 1 + Double(6 * minimum) / 1e9 + 3
    }

    @Test(arguments: [2, 3, 5, 10, 32, 64]) func joinsConverge(count: Int) {
        let cluster = cluster(count)
        #expect(cluster.isWhole)
        #expect(cluster.count(.joined) == count * (count - 1))
        #expect(cluster.count(.suspected) == 0)
    }

    @Test(arguments: [2, 3, 4, 10, 24]) func aCrashIsSeenByAllInTime(count: Int) throws {
        var cluster = cluster(count, seed: 3)
        let crash = cluster.now
        cluster.paused = [1]
        cluster.run(40)
        let failures = cluster.events.filter { $0.change == Change(peer(1), .failed) }
        #expect(Set(failures.map(\.node)).count == count - 1)
        let last = try #require(failures.map(\.at).max())
        #expect(last.nanoseconds(since: crash) <= .seconds(detectionBound(count)))
        #expect(cluster.count(.failed) == count - 1, "and nobody else failed")
    }

    @Test func aCrashIsForgottenByAll() {
        var cluster = cluster(5)
        cluster.paused = [1]
        cluster.run(90)
        #expect(cluster.beliefs(of: 1).allSatisfy { $0 == nil })
    }

    @Test func aNodeThatStoodStillForAWhileRefutes() {
        var cluster = cluster(8, seed: 5)
        cluster.paused = [2]
        cluster.run(4)
        #expect(cluster.beliefs(of: 2).contains(.suspect))
        cluster.paused = []
        cluster.run(5)
        #expect(cluster.isWhole)
        #expect(cluster.count(.failed) == 0 && cluster.count(.recovered) > 0)
        #expect(cluster.notices.contains { if case .refuted = $0 { true } else { false } })
    }

    @Test("Trap 13: all restart their word at once, and no refutation is lost") func allRefuteAtOnce() {
        var cluster = cluster(64, seed: 21)
        for node in 0..<64 {
            for other in 0..<64 where other != node {
                let accusation = suspect(peer(other), incarnation: 1, from: peer((other + 1) % 64))
                cluster.handle(.messageReceived(accusation, from: endpoint(99)), by: node)
            }
        }
        cluster.run(60)
        #expect(cluster.isWhole && cluster.count(.failed) == 0)
        #expect(cluster.cores.allSatisfy { $0.localMember.incarnation > 1 })
    }

    @Test(arguments: [25.0, 120.0]) func aNodeThatStoodStillForLongComesBackAndAccusesNobody(pause: Double) {
        var cluster = cluster(6, seed: 6)
        cluster.paused = [2]
        cluster.run(pause)
        #expect(!cluster.beliefs(of: 2).contains(.alive))
        cluster.paused = []
        cluster.run(40)
        #expect(cluster.isWhole)
        #expect(cluster.events.allSatisfy { $0.node != 2 || $0.change.change != .failed })
    }

    @Test("Trap 17: a leave is seen by all as a leave, and the return too") func aLeaveIsSeenByAllAsALeave() {
        var cluster = cluster(20, seed: 2)
        cluster.handle(.leaveRequested, by: 7)
        cluster.run(1)
        #expect(cluster.beliefs(of: 7).allSatisfy { $0 == .left })
        cluster.run(10)
        #expect(cluster.count(.suspected) == 0 && cluster.count(.failed) == 0)
        // And it is back as soon as it asks.
        cluster.join(7, through: 3)
        cluster.run(2)
        #expect(cluster.isWhole)
    }

    @Test func lossOfAThirdOfAllDatagramsKillsNobody() {
        var random = ProtocolRandom(seed: 30)
        let losses = (0..<65_536).map { _ in random.below(100) < 30 }
        let dice = Dice(losses)
        var cluster = cluster(8, seed: 8)
        cluster.losesDatagram = { _, _ in dice.next() }
        cluster.run(300)
        #expect(cluster.count(.failed) == 0)
        cluster.losesDatagram = { _, _ in false }
        cluster.run(30)
        #expect(cluster.isWhole)
    }

    @Test(
        "Trap 11: datagrams blocked one way make nothing flap, and a node that no helper reaches is told of",
        arguments: [2, 3, 6]
    )
    func datagramsBlockedOneWayMakeNothingFlap(count: Int) {
        var cluster = cluster(count, seed: 9)
        cluster.losesDatagram = { from, to in from == 0 && to == 1 }
        cluster.run(180)
        #expect(cluster.count(.failed) == 0 && cluster.count(.suspected) == 0)
        if count == 2 {
            #expect(cluster.notices.contains(.reachableByStreamAlone(peer(1))))
        }
    }

    @Test("Trap 11: streams blocked and datagrams open make nothing flap")
    func streamsBlockedAndDatagramsOpenMakeNothingFlap() {
        var cluster = cluster(5, seed: 9)
        cluster.losesStream = { _, _ in true }
        cluster.run(120)
        #expect(cluster.isWhole && cluster.count(.suspected) == 0)
    }

    @Test(
        "Trap 11: datagrams blocked both ways and streams open make nothing flap, and all say so",
        arguments: [2, 3, 6]
    )
    func datagramsBlockedBothWays(count: Int) {
        var cluster = cluster(count, seed: 13)
        cluster.losesDatagram = { from, to in from == 0 || to == 0 }
        cluster.run(180)
        #expect(cluster.count(.failed) == 0 && cluster.count(.suspected) == 0)
        #expect(cluster.isWhole)
        #expect(cluster.notices.contains(.reachableByStreamAlone(peer(0))))
        #expect(cluster.notices.contains(.reachableByStreamAlone(peer(1))))
    }

    @Test("Trap 11: a node that sees only some is kept by those, and makes nothing flap")
    func oneThatSeesOnlySome() {
        var cluster = cluster(6, seed: 14)
        let blocked: (Int, Int) -> Bool = { from, to in (from == 0 && to > 3) || (to == 0 && from > 3) }
        cluster.losesDatagram = blocked
        cluster.losesStream = blocked
        cluster.run(300)
        #expect(cluster.count(.failed) == 0)
        #expect(cluster.isWhole)
    }

    @Test("Trap 11: a node that hears no datagram accuses nobody to death")
    func allDatagramsToANodeBlockedMakeItNoMurderer() {
        // It hears no datagram; its streams work. It knows that something is wrong with itself.
        var cluster = cluster(6, seed: 11)
        cluster.losesDatagram = { _, to in to == 0 }
        cluster.run(120)
        #expect(cluster.count(.failed) == 0)
    }

    /// Shorter than the longest suspicion: one side has not buried the other yet.
    @Test func aShortPartitionHeals() {
        var cluster = cluster(10, seed: 12)
        let split: (Int, Int) -> Bool = { from, to in (from == 0) != (to == 0) }
        cluster.losesDatagram = split
        cluster.losesStream = split
        cluster.run(25)
        cluster.losesDatagram = { _, _ in false }
        cluster.losesStream = { _, _ in false }
        cluster.run(40)
        #expect(cluster.isWhole)
    }

    @Test func aForgedIncarnationIsRefusedByAll() {
        var cluster = cluster(5)
        let forged = dead(peer(1), incarnation: 1 << 30, from: peer(2))
        for node in 0..<5 { cluster.handle(.messageReceived(forged, from: endpoint(99)), by: node) }
        let most = dead(peer(2), incarnation: .max, from: peer(2))
        for node in 0..<5 { cluster.handle(.messageReceived(most, from: endpoint(99)), by: node) }
        cluster.run(10)
        #expect(cluster.isWhole && cluster.count(.failed) == 0 && cluster.count(.left) == 0)
        #expect(cluster.notices.contains(.implausibleIncarnation(peer(1))))
    }

    @Test func aForgedDeathThatIsPlausibleIsRefuted() {
        var cluster = cluster(5)
        for node in 0..<5 {
            cluster.handle(
                .messageReceived(dead(peer(1), incarnation: 900, from: peer(1)), from: endpoint(99)),
                by: node
            )
        }
        cluster.run(5)
        #expect(cluster.isWhole)
    }
}
