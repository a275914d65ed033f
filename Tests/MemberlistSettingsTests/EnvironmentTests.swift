import Memberlist
import Testing

@testable import MemberlistSettings

@Suite struct EnvironmentTests {
    private func read(_ variable: String, _ value: String) throws(SettingsError) -> MemberlistConfiguration {
        try settings("", [variable: value])
    }

    @Test func everyKnobHasItsVariable() throws {
        #expect(try read("MEMBERLIST_PROBE_INTERVAL", "1500ms").probe.interval == .milliseconds(1_500))
        #expect(try read("MEMBERLIST_BIND_PORT", "0").bindPort == 0)
        #expect(try read("MEMBERLIST_DELEGATE_VERSIONS_MAXIMUM", "5").delegateVersions.maximum == 5)
        #expect(try read("MEMBERLIST_VERIFIES_INCOMING", "false").verifiesIncoming == false)
        #expect(try read("MEMBERLIST_ADVERTISE_HOST", "null").advertiseHost == nil)
        #expect(try read("MEMBERLIST_META", "role=web").meta == Array("role=web".utf8))
        #expect(try read("PATH", "unknown to us").probe.interval == .seconds(1))
    }

    @Test(arguments: [
        ("a,b", ["a", "b"]), (" a , b ", ["a", "b"]), ("a", ["a"]), ("blue,", ["blue", ""]), ("[]", []),
        ("['']", [""]), ("[a, \"b,c\"]", ["a", "b,c"]),
    ])
    func listsHaveCommasOrBrackets(text: String, list: [String]) throws {
        #expect(try read("MEMBERLIST_ACCEPTED_LABELS", text).acceptedLabels == list)
    }

    @Test func anEmptyListIsNotAnEmptyText() throws {
        #expect(try read("MEMBERLIST_ALLOWED_NETWORKS", "[]").allowedNetworks == [])
        #expect(try read("MEMBERLIST_ALLOWED_NETWORKS", "null").allowedNetworks == nil)
        #expect(try read("MEMBERLIST_ALLOWED_NETWORKS", "10.0.0.0/8,::1").allowedNetworks?.count == 2)
        for text in ["", "[", "[a: b]", "]", "10.0.0.0/8,"] {
            let error = try #require(refusal("", ["MEMBERLIST_ALLOWED_NETWORKS": text]))
            #expect(error.message.hasPrefix("MEMBERLIST_ALLOWED_NETWORKS: allowedNetworks is"), "\(error)")
        }
        let labels = try read("MEMBERLIST_METRICS_LABELS", "dc=eu,rack=7").metrics.labels
        #expect(labels == ["dc": "eu", "rack": "7"])
    }

    @Test func anUnknownVariableNamesTheNearest() throws {
        let error = try #require(refusal("", ["MEMBERLIST_PROBE_INTERVALL": "1s"]))
        #expect(error.code == .unknownVariable)
        #expect(
            error.message
                == "the environment's MEMBERLIST_PROBE_INTERVALL is not known; did you mean MEMBERLIST_PROBE_INTERVAL?"
        )
        #expect(refusal("", ["MEMBERLIST_": "1s"])?.code == .unknownVariable)
        #expect(throws: Never.self) {
            try SettingsSource.environment(["MEMBERLIST_ENCRYPT": "x"], others: ["encrypt"])
        }
    }

    /// Of a service named memberlist every container gets these.
    @Test func kubernetesVariablesAreNobodysSettings() throws {
        let variables = [
            "MEMBERLIST_SERVICE_HOST": "10.0.0.1", "MEMBERLIST_SERVICE_PORT": "7946",
            "MEMBERLIST_SERVICE_PORT_GOSSIP": "7946", "MEMBERLIST_PORT": "tcp://10.0.0.1:7946",
            "MEMBERLIST_PORT_7946_TCP": "tcp://10.0.0.1:7946", "MEMBERLIST_PORT_7946_UDP_PROTO": "udp",
            "MEMBERLIST_PORT_7946_TCP_ADDR": "10.0.0.1", "MEMBERLIST_GOSSIP_RING_SERVICE_HOST": "10.0.0.2",
        ]
        #expect(properties(of: try settings("", variables)) == properties(of: .lan(name: "a")))
        #expect(refusal("", ["MEMBERLIST_PORT": "7946"])?.code == .unknownVariable)
    }

    @Test func aNameIsNeeded() throws {
        let error = try #require(refusal("", name: nil))
        #expect(error.code == .nameMissing && error.message.contains("MEMBERLIST_NAME"))
        #expect(refusal("name: ''")?.code == .nameMissing)
        #expect(try settings("name: b", name: nil).name == "b")
    }

    @Test(
        "Trap 12: a probe timeout not below the interval is refused, from code, a file or the environment",
        arguments: [
            ("probe:\n  timeout: 1s", [:], "probe.timeout is from cluster.yaml, line 2"),
            ("", ["MEMBERLIST_PROBE_TIMEOUT": "2s"], "probe.timeout is from MEMBERLIST_PROBE_TIMEOUT"),
            (
                "probe.timeout: 3s", ["MEMBERLIST_PROBE_INTERVAL": "2s"],
                "probe.interval is from MEMBERLIST_PROBE_INTERVAL, probe.timeout is from cluster.yaml, line 1"
            ),
        ]
    )
    func aTimeoutNotBelowTheInterval(text: String, variables: [String: String], places: String) throws {
        let error = try #require(refusal(text, variables))
        #expect(error.code == .refused)
        #expect(error.message.contains("must be below probe.interval"), "\(error)")
        #expect(error.message.contains("set probe.timeout to half of it"), "\(error)")
        #expect(error.message.contains(places), "\(error)")
        var configuration = MemberlistConfiguration.lan(name: "a")
        configuration.probe.timeout = configuration.probe.interval
        #expect(throws: ConfigurationError.self) { try configuration.validate() }
        configuration.probe.timeout -= .nanoseconds(1)
        #expect(throws: Never.self) { try configuration.validate() }
    }
}
