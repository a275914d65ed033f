import MemberlistCore
import MemberlistWire
import Testing

/// One seed and one script give one history.
@Suite struct DeterminismTests {
    /// Every directive of a node that is told all sorts of things, some of them false.
    private func history(seed: UInt64, script: UInt64) -> [Directive] {
        var node = Node(seed: seed) {
            $0.gossipInterval = .seconds(0.2)
            $0.pushPullInterval = .seconds(3)
            $0.asksAlive = script.isMultiple(of: 2)
        }
        var random = ProtocolRandom(seed: script)
        var directives: [Directive] = []
        for step in 0..<600 as Range<UInt64> {
            let heard = node.handle(Self.input(step, &random))
            directives += heard
            for decision in heard.aliveDecisions {
                directives += node.handle(.aliveDecided(decision.id, allowed: random.below(4) > 0))
            }
            directives += node.advance(by: Double(random.below(300)) / 1_000)
        }
        return directives
    }

    private static func input(_ step: UInt64, _ random: inout ProtocolRandom) -> Input {
        let number = random.below(40)
        let incarnation = UInt32(random.below(4))
        let message: Message
        switch random.below(9) {
        case 0, 1, 2:
            message = alive(peer(number), at: number + 2, incarnation: incarnation, meta: [UInt8(step % 3)])
        case 3: message = suspect(peer(number), incarnation: incarnation, from: peer(random.below(40)))
        case 4: message = dead(peer(number), incarnation: incarnation, from: peer(random.below(40)))
        case 5: message = .ping(Ping(sequence: UInt32(step), node: "self", sourceNode: peer(number)))
        case 6: message = .ack(Ack(sequence: UInt32(step)))
        case 7:
            return .broadcastRequested(RequestID(step), [UInt8](repeating: 3, count: number * 9), name: nil)
        default:
            let nodes = (0..<number).map {
                state(peer($0), at: $0 + 2, random.below(4), incarnation: incarnation)
            }
            return .stateOffered(StreamID(step), PushPull(nodes: nodes))
        }
        return .messageReceived(message, from: endpoint(number + 2))
    }

    @Test(arguments: 0..<4 as Range<UInt64>) func oneSeedGivesOneHistory(script: UInt64) {
        let first = history(seed: 11, script: script)
        let second = history(seed: 11, script: script)
        #expect(first.count > 1_000)
        #expect(first.hashValue == second.hashValue)
        #expect(first == second)
        #expect(history(seed: 12, script: script) != first)
    }

    @Test func aClustersHistoryIsOneToo() {
        func events() -> [String] {
            var cluster = Cluster(10, seed: 77)
            cluster.joinAll()
            cluster.run(5)
            cluster.paused = [3]
            cluster.run(20)
            return cluster.events.map { "\($0.at.nanoseconds) \($0.node) \($0.change)" }
        }
        #expect(events() == events())
    }

    /// Written down once: the same on every machine, and in every process, whose hashes differ.
    @Test func theHistoryIsTheSameInEveryProcess() {
        var digest: UInt64 = 0xcbf2_9ce4_8422_2325
        for datagram in history(seed: 11, script: 1).datagrams {
            for byte in datagram.payload { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        #expect(digest == 5_081_228_544_824_555_324)
    }
}
