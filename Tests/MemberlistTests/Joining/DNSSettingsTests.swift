import Memberlist
import Testing

@Suite struct DNSSettingsTests {
    private func code(_ change: (inout MemberlistConfiguration) -> Void) -> ConfigurationError.Code? {
        var configuration = MemberlistConfiguration(name: "a")
        change(&configuration)
        do {
            try configuration.validate()
            return nil
        } catch {
            #expect(error.message.contains("set"))
            return error.code
        }
    }

    @Test(arguments: ["10.0.0.53", "10.0.0.53:5353", "::1", "[::1]:5353"])
    func nameServers(text: String) {
        #expect(code { $0.dns.servers = [text] } == nil)
    }

    @Test(arguments: [
        "", "ns.example.org", "10.0.0.53:0", "0.0.0.0", "10.0.0.53:x", "[::1", "10.0.0.53,10.0.0.54",
    ])
    func whatIsNoNameServer(text: String) {
        #expect(code { $0.dns.servers = ["10.0.0.53", text] } == .nameServerMalformed)
    }

    @Test(
        arguments: [
            ("example.org", nil), ("test", nil), ("example.org.", nil), ("", .searchDomainMalformed),
            ("a b", .searchDomainMalformed), ("example.org:1", .searchDomainMalformed),
            ("10.0.0.1", .searchDomainMalformed),
        ] as [(String, ConfigurationError.Code?)]
    )
    func searchDomains(text: String, expected: ConfigurationError.Code?) {
        #expect(code { $0.dns.searchDomains = [text] } == expected)
    }

    @Test func bounds() {
        #expect(code { $0.dns.timeout = .zero } == .durationOutOfRange)
        #expect(code { $0.dns.timeout = .seconds(60) } == nil)
        #expect(code { $0.dns.timeout = .seconds(61) } == .durationOutOfRange)
        #expect(code { $0.dns.tries = 0 } == .countOutOfRange)
        #expect(code { $0.dns.tries = 16 } == nil)
        #expect(code { $0.dns.tries = 17 } == .countOutOfRange)
        #expect(code { $0.discovery.interval = .milliseconds(99) } == .durationOutOfRange)
        #expect(code { $0.discovery.interval = .milliseconds(100) } == nil)
        #expect(code { $0.discovery.interval = .seconds(86_401) } == .durationOutOfRange)
    }
}
