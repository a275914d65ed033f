import NIOCore
import ProcessSupport
import Testing

@testable import Memberlist

extension NameServerTests {
    /// Seeds that are of no use: a name server that is silent, peers that are, addresses where nobody listens.
    @Suite(.serialized, .timeLimit(.minutes(10)))
    struct DeadSeedTests {
        private static let seedHost = "127.0.55.1"
        private static let serverHost = "127.0.55.2"
        private static let soon = Duration.seconds(30)

        /// What nobody answers, and how often it was asked.
        private struct Silence {
            let questions = Inbox()
            let server: any Channel
            let seeds: SilentPort

            init() async throws {
                server = try await bindDatagram(0, host: serverHost, inbox: questions)
                seeds = try await SilentPort.open(host: seedHost)
            }

            /// Names that are looked up for as long as it is allowed, and addresses that are dialled as long.
            var names: [String] { (0..<20).map { "seed\($0).test:\(seeds.port)" } }
            var addresses: [String] { Array(repeating: "\(seedHost):\(seeds.port)", count: 20) }

            func patient(_ name: String) -> MemberlistConfiguration {
                local(name) {
                    $0.dns.servers = ["\(serverHost):\(server.localAddress?.port ?? 9)"]
                    $0.dns.searchDomains = []
                    $0.dns.timeout = .seconds(60)
                    $0.streams.timeout = .seconds(60)
                    $0.joinTimeout = .seconds(60)
                }
            }

            func close() async throws {
                try await server.close()
                try await seeds.close()
            }
        }

        /// Runs a join, and what ends it once it is under way: results for all, at once.
        private func expectEnd(
            of list: [String],
            by node: Memberlist,
            once isUnderWay: () -> Bool,
            _ end: (Task<[JoinResult], Never>) async -> Void
        ) async throws {
            let join = Task { await node.join(list) }
            try await poll("what the join does", within: .seconds(60), until: isUnderWay)
            let start = ContinuousClock.now
            await end(join)
            let results = try await within(Self.soon) { await join.value }
            #expect(results.map(\.address) == list)
            #expect(results.allSatisfy { $0.outcome == .failure(.cancelled) }, "\(results)")
            #expect(ContinuousClock.now - start < Self.soon)
        }

        @Test("Trap 15: dead seeds of every kind do not hold up the living one")
        func theLivingOneIsJoined() async throws {
            let silence = try await Silence()
            try await withNodes([silence.patient("a"), local("b")]) { nodes in
                let nobody = ["\(Self.seedHost):9", "not an address"]
                let all = silence.names + nobody + silence.addresses + [nodes[1].address]
                let start = ContinuousClock.now
                let results = await nodes[0].join(all, timeout: .seconds(5))
                #expect(ContinuousClock.now - start < Self.soon)
                #expect(results.map(\.address) == all)
                #expect(results.prefix(20).allSatisfy { $0.outcome == .failure(.timedOut) })
                #expect(results[20].outcome == .failure(.unreachable))
                #expect(results[21].outcome == .failure(.malformedAddress(.badHost)))
                #expect(results[22..<42].allSatisfy { $0.outcome == .failure(.timedOut) })
                #expect(results[42].succeeded)
            }
            try await silence.close()
        }

        @Test("Trap 15: a join of dead seeds is cancelled while it looks up, and while it dials")
        func cancellationUnderWay() async throws {
            let silence = try await Silence()
            try await withNodes([silence.patient("a")]) { nodes in
                let (node, questions, seeds) = (nodes[0], silence.questions, silence.seeds)
                try await expectEnd(of: silence.names, by: node, once: { questions.count >= 20 }) {
                    $0.cancel()
                }
                try await expectEnd(of: silence.addresses, by: node, once: { seeds.count >= 20 }) {
                    $0.cancel()
                }
                // Those that wait for their turn too.
                let many = Array(repeating: silence.addresses, count: 20).flatMap(\.self)
                try await expectEnd(of: many, by: node, once: { seeds.count >= 40 }) { $0.cancel() }
                // It is as good as new.
                try await withNodes([local("b")]) { others in
                    let results = await node.join([others[0].address])
                    #expect(results.allSatisfy { $0.succeeded }, "\(results)")
                }
            }
            try await silence.close()
        }

        @Test("Trap 15: a shutdown ends a join that looks up and dials", arguments: [false, true])
        func shutdownUnderWay(dials: Bool) async throws {
            let silence = try await Silence()
            try await withNodes([silence.patient("a")]) { nodes in
                let (questions, seeds) = (silence.questions, silence.seeds)
                try await expectEnd(
                    of: dials ? silence.addresses : silence.names,
                    by: nodes[0],
                    once: { dials ? seeds.count >= 20 : questions.count >= 20 }
                ) { _ in await nodes[0].shutdown() }
            }
            try await silence.close()
        }
    }
}
