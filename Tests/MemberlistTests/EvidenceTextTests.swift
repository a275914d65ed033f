import Memberlist
import Testing

/// Evidence as a line for people; peers choose the names in it.
@Suite struct EvidenceTextTests {
    private func endpoint() throws -> Endpoint {
        Endpoint(address: try #require(IPAddress("10.0.0.3")), port: 7946)
    }

    @Test func aProbeIsToldByItsPaths() throws {
        let evidence = FailureEvidence(
            cause: .timeout,
            incarnation: 2,
            probe: FailedProbe(
                duration: .seconds(1),
                directWait: .milliseconds(500),
                helpers: [
                    .init(name: "c", endpoint: try endpoint(), sentNack: true, duration: .milliseconds(402)),
                    .init(name: "d", endpoint: try endpoint(), sentNack: false, duration: .milliseconds(500)),
                ],
                helperCount: 5,
                nacks: 1,
                stream: .init(hasFailed: true, duration: .milliseconds(1))
            ),
            suspicion: PastSuspicion(
                cause: .probe,
                duration: .milliseconds(4_199),
                confirmations: [.init(name: "c", after: .milliseconds(812))],
                confirmationCount: 3
            )
        )
        #expect(
            "\(evidence)"
                == "nobody refuted it; no answer to this node's probe in 1.0 s (datagram silent for 500 ms, "
                + "c nack after 402 ms, d silent for 500 ms, 3 more helpers, stream failed after 1 ms); "
                + "suspect for 4.1 s, confirmed by c after 812 ms and 2 more"
        )
    }

    @Test func whatOthersSayIsTheirs() throws {
        let told = FailureEvidence(cause: .member("b"), incarnation: 2)
        #expect("\(told)" == "told by b; this node did not probe")
        let exchanged = FailureEvidence(cause: .stateExchange(with: try endpoint()), incarnation: 2)
        #expect("\(exchanged)" == "told in a state exchange with 10.0.0.3:7946; this node did not probe")
    }

    @Test func aNameIsCutAndHarmless() {
        let long = NodeName(String(repeating: "é", count: 255))
        let told = "\(FailureEvidence(cause: .member(long), incarnation: 1))"
        #expect(told == "told by \(String(repeating: "é", count: 64))…; this node did not probe")
        let hostile = "\(FailureEvidence(cause: .member("b\r\n\u{1b}[2J"), incarnation: 1))"
        #expect(hostile.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
        let bytes = "\(FailureEvidence(cause: .member(NodeName(bytes: [0xff, 10, 0])), incarnation: 1))"
        #expect(bytes.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    }
}
