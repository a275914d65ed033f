import Foundation
import MemberlistWire
import Testing

@testable import MemberlistCore

/// What is told beside a suspicion and a failure: who found out, how, and how long each took.
@Suite struct EvidenceTests {
    /// A node whose next probe goes to `target`: all the others are helpers.
    private func probing(
        _ count: Int,
        _ change: (inout ProtocolConfiguration) -> Void = { _ in }
    ) throws -> (node: Node, ping: Ping, start: Instant) {
        var node = Node(knowing: count, change)
        let directives = node.advance { if case .sendDatagram = $0 { true } else { false } }
        return (node, try #require(directives.pings.first).ping, node.now)
    }

    private func milliseconds(_ count: Int) -> Duration { .milliseconds(count) }

    @Test func aFailedProbeTellsEachPath() throws {
        var (node, ping, _) = try probing(6)
        let asked = node.advance(by: 0.5).indirectPings
        #expect(asked.count == 3)
        node.advance(by: 0.1)
        node.handle(.streamPingFinished(sequence: ping.sequence, answered: false))
        node.advance(by: 0.3)
        node.hear(.nack(Nack(sequence: ping.sequence)), from: asked[1].to)
        let evidence = try #require(node.advance(by: 0.1).evidence.first)
        #expect(evidence.cause == .probe && evidence.incarnation == 1 && evidence.suspicion == nil)
        let probe = try #require(evidence.probe)
        #expect(probe.duration == .seconds(1) && probe.directWait == milliseconds(500))
        #expect(probe.helpers.map(\.endpoint) == asked.map(\.to))
        #expect(probe.helpers.map(\.sentNack) == [false, true, false])
        #expect(probe.helpers.map(\.duration) == [milliseconds(500), milliseconds(400), milliseconds(500)])
        #expect(
            probe.helpers.map(\.name)
                == asked.map { helper in
                    node.core.members.first { $0.endpoint == helper.to }?.name
                }
        )
        #expect(probe.helperCount == 3 && probe.nacks == 1)
        #expect(probe.stream == FailedProbe.Stream(hasFailed: true, duration: milliseconds(100)))
    }

    @Test func aStreamThatIsStillUnderWayIsSilent() throws {
        var (node, _, _) = try probing(2)
        let evidence = try #require(node.advance(by: 1).evidence.first)
        #expect(evidence.probe?.stream == FailedProbe.Stream(hasFailed: false, duration: milliseconds(500)))
        var (plain, _, _) = try probing(1) { $0.streamFallback = false }
        let alone = try #require(plain.advance(by: 1).evidence.first?.probe)
        #expect(alone.stream == nil && alone.helpers.isEmpty && alone.helperCount == 0)
    }

    @Test func aNackFromAnUnknownAddressCountsAndIsNobodys() throws {
        var (node, ping, _) = try probing(6)
        node.advance(by: 0.5)
        node.hear(.nack(Nack(sequence: ping.sequence)), from: endpoint(99))
        let probe = try #require(node.advance(by: 0.5).evidence.first?.probe)
        #expect(probe.nacks == 1 && probe.helpers.allSatisfy { !$0.sentNack })
    }

    @Test func aFailureTellsTheSuspicionAndWhoConfirmed() throws {
        var (node, ping, _) = try probing(10)
        node.answering = Set((0..<10).map(peer)).subtracting([ping.node])
        let suspected = try #require(node.advance(by: 1).evidence.first)
        let others = (0..<10).map(peer).filter { $0 != ping.node }
        node.advance(by: 0.25)
        node.hear(suspect(ping.node, from: others[3]))
        node.advance(by: 0.5)
        node.hear(suspect(ping.node, from: others[5]))
        let directives = node.advance(by: 30)
        #expect(directives.changes.contains(Change(ping.node, .failed)))
        let evidence = try #require(directives.evidence.first)
        #expect(evidence.cause == .timeout)
        let suspicion = try #require(evidence.suspicion)
        #expect(suspicion.cause == .probe && suspicion.duration == milliseconds(4_164))
        #expect(
            suspicion.confirmations == [
                .init(name: others[3], after: milliseconds(250)),
                .init(name: others[5], after: milliseconds(750)),
            ]
        )
        #expect(suspicion.confirmationCount == 2 && suspicion.expectedConfirmations == 2)
        // A suspect is probed again: the evidence has the last probe that failed.
        #expect(evidence.probe?.duration == suspected.probe?.duration)
    }

    @Test func whatOthersSayIsTheirs() throws {
        var node = Node(knowing: 5)
        node.answering = Set((0..<5).map(peer))
        let suspected = try #require(node.hear(suspect("a", from: "b")).evidence.first)
        #expect(suspected == FailureEvidence(cause: .member("b"), incarnation: 1))
        node.advance(by: 2)
        let failed = try #require(node.hear(dead("a", incarnation: 3, from: "c")).evidence.first)
        #expect(failed.cause == .member("c") && failed.probe == nil && failed.incarnation == 3)
        #expect(failed.suspicion?.cause == .member("b") && failed.suspicion?.duration == .seconds(2))
        // Never suspected here.
        let told = try #require(node.hear(dead("d", from: "c")).evidence.first)
        #expect(told == FailureEvidence(cause: .member("c"), incarnation: 1))
        #expect(node.hear(dead("e", from: "e")).evidence.isEmpty, "who leaves on its own word has not failed")
    }

    @Test func aStateExchangeNamesThePeer() throws {
        var node = Node(knowing: 5) { $0.probeInterval = 0 }
        let offered = node.handle(
            .stateOffered(StreamID(1), PushPull(nodes: [state("a", at: 2, 2)]), from: endpoint(3, port: 999))
        )
        #expect(
            offered.evidence == [
                FailureEvidence(cause: .stateExchange(with: endpoint(3, port: 999)), incarnation: 1)
            ]
        )
        node.handle(.joinRequested(ExchangeID(7), endpoint(4), name: nil))
        let answered = node.handle(.stateReceived(ExchangeID(7), PushPull(nodes: [state("b", at: 3, 1)])))
        #expect(answered.evidence.map(\.cause) == [.stateExchange(with: endpoint(4))])
        // The suspicion that follows runs out with that as its beginning.
        let failures = node.advance(by: 60).evidence
        #expect(failures.allSatisfy { $0.cause == .timeout && $0.probe == nil } && failures.isEmpty == false)
        #expect(
            Set(failures.compactMap(\.suspicion?.cause)) == [
                .stateExchange(with: endpoint(3, port: 999)), .stateExchange(with: endpoint(4)),
            ]
        )
    }

    @Test func helpersAndConfirmationsAreNamedToABoundAndCountedBeyond() throws {
        var (node, ping, _) = try probing(40) {
            $0.indirectChecks = 30
            $0.suspicionMultiplier = 30
        }
        node.advance(by: 0.9)
        let probe = try #require(node.advance(by: 0.1).evidence.first?.probe)
        #expect(probe.helpers.count == Limits.evidenceNames && probe.helperCount == 30)
        for number in 0..<25 { node.hear(suspect(ping.node, from: NodeName("x\(number)"))) }
        let failed = try #require(node.hear(dead(ping.node, from: "x0")).evidence.first?.suspicion)
        #expect(failed.confirmations.count == Limits.evidenceNames && failed.confirmationCount == 25)
    }

    @Test func itIsReadBackFromJSONAsItWas() throws {
        let odd = NodeName(bytes: [0xff, 0xfe, 7])
        let all: [FailureEvidence] = [
            FailureEvidence(cause: .probe, incarnation: .max),
            FailureEvidence(cause: .member(odd), incarnation: 0),
            FailureEvidence(cause: .stateExchange(with: nil), incarnation: 2),
            FailureEvidence(
                cause: .timeout,
                incarnation: 3,
                probe: FailedProbe(
                    duration: .nanoseconds(1_000_000_001),
                    directWait: milliseconds(500),
                    helpers: [
                        .init(name: "c", endpoint: endpoint(4), sentNack: true, duration: milliseconds(400)),
                        .init(
                            name: odd,
                            endpoint: Endpoint(address: try #require(IPAddress("fe80::1")), port: 9),
                            sentNack: false,
                            duration: .nanoseconds(123_456_789)
                        ),
                    ],
                    helperCount: 30,
                    nacks: 2,
                    stream: .init(hasFailed: true, duration: milliseconds(3))
                ),
                suspicion: PastSuspicion(
                    cause: .stateExchange(with: endpoint(9)),
                    duration: .seconds(20),
                    confirmations: [.init(name: "d", after: milliseconds(7))],
                    confirmationCount: 4,
                    expectedConfirmations: 5
                )
            ),
        ]
        for evidence in all {
            let coded = try JSONEncoder().encode(evidence)
            #expect(try JSONDecoder().decode(FailureEvidence.self, from: coded) == evidence)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let told = String(
            decoding: try encoder.encode(FailureEvidence(cause: .member("b"), incarnation: 2)),
            as: UTF8.self
        )
        #expect(told == #"{"by":"b","cause":"member","incarnation":2}"#)
        for hostile in [
            #"{"cause":"timeout","incarnation":1,"suspicion":{"cause":"probe","milliseconds":1e300}}"#,
            #"{"cause":"stateExchange","peer":"::","incarnation":1}"#,
            #"{"cause":"stateExchange","peer":"","incarnation":1}"#,
        ] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(FailureEvidence.self, from: Data(hostile.utf8))
            }
        }
    }
}
