import NIOCore
import Testing

@testable import Memberlist

extension NameServerTests {
    /// How often a name server that is silent is asked, and how long it has for its answer.
    @Suite(.serialized, .timeLimit(.minutes(10)))
    struct DNSKnobTests {
        private static let host = "127.0.55.3"

        /// Looks a name up in vain; says how often the server was asked, and how long that took.
        private func look(tries: Int, timeout: Duration) async throws -> (questions: Int, taken: Duration) {
            let questions = Inbox()
            let silent = try await bindDatagram(0, host: Self.host, inbox: questions)
            let configuration = local("a") {
                $0.dns.servers = ["\(Self.host):\(silent.localAddress?.port ?? 9)"]
                $0.dns.searchDomains = []
                ($0.dns.tries, $0.dns.timeout) = (tries, timeout)
            }
            let start = ContinuousClock.now
            try await withNodes([configuration]) { nodes in
                let results = await nodes[0].join(["a.test"], timeout: .seconds(60))
                #expect(results.allSatisfy { !$0.succeeded })
            }
            try await silent.close()
            return (questions.count, ContinuousClock.now - start)
        }

        @Test(arguments: [1, 2, 4]) func aServerIsAskedAsOftenAsItIsSet(tries: Int) async throws {
            // For an A and for an AAAA record.
            #expect(try await look(tries: tries, timeout: .milliseconds(200)).questions == 2 * tries)
        }

        /// Longer than the usual two seconds, so that a busy machine cannot stand for it.
        @Test func aServerHasTheTimeThatIsSet() async throws {
            #expect(try await look(tries: 1, timeout: .seconds(4)).taken >= .seconds(3.9))
            #expect(try await look(tries: 1, timeout: .milliseconds(100)).taken < .seconds(1.9))
        }
    }
}
