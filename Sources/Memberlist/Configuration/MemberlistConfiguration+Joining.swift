internal import MemberlistWire

extension MemberlistConfiguration {
    /// How names are looked up. The system's hosts file and `resolv.conf` are read anew for each lookup, so that changes
    /// in them need no restart.
    public struct DNS: Sendable, Hashable {
        /// Name servers in place of the system's, in the order in which they are asked: `10.0.0.53`, `10.0.0.53:5353`,
        /// `[::1]:5353`. Empty: those of ``resolvConf``. The hosts file is asked first all the same. Members' names can
        /// have servers of their own by it; but what the system is told later of its servers, by DHCP say, is not heeded.
        /// More bears the failure of more, and a name that none answers for fails the later.
        public var servers: [String] = []
        /// Search domains in place of the system's; empty: none, so that a name is looked up only as it stands; nil: those
        /// of ``resolvConf``. They make short names work, and cost a question each for a name that does not exist.
        public var searchDomains: [String]?
        /// The file to read in place of `/etc/resolv.conf`; HashiCorp's `DNSConfigPath`. Of its settings `timeout` and
        /// `attempts` are overridden by those here. One that cannot be read fails each lookup, with a reason that names it.
        public var resolvConf: String?
        /// How long a name server has for its answer; twice as long with each further try. Longer is more patient with a
        /// slow server, and later at the next one.
        public var timeout: Duration = .seconds(2)
        /// How often each name server is asked, 1 to 16. More bears more lost datagrams, and takes longer to give a dead
        /// server up: the time doubles each time. A lookup never takes longer than the join that needs it.
        public var tries = 3

        /// The system's name servers.
        public init() {}
    }

    /// Looking for members again and again, beside what ``Memberlist/join(_:timeout:)`` is told: for clusters whose
    /// addresses change. It begins with the node, pauses when that leaves and goes on when it joins again.
    ///
    /// Who is a member already is not dialled, so that a cluster that is well dials nobody. An address at which nobody
    /// answers is tried at every look while the node is alone, and else left to ``Healing``; where that is off, it is
    /// tried with pauses that grow to five minutes.
    public struct Discovery: Sendable {
        /// Whom to ask where members are; none unless set. Each is asked on its own. More find the cluster while one of
        /// them is down; each costs questions from every node, for as long as it runs.
        public var sources: [any MemberDiscovery] = []
        /// How often each source is asked: each pause is drawn, from half of this to one and a half. A node that is alone
        /// asks after a second, then after longer and longer, up to this. Shorter finds new members sooner, and costs
        /// questions from every node.
        public var interval: Duration = .seconds(10)

        /// No sources.
        public init() {}
    }

    /// The port that is meant where an address to join has none: HashiCorp's, unless this node has chosen another.
    var usualPort: UInt16 { bindPort == 0 ? Self.customaryPort : UInt16(clamping: bindPort) }

    private static let customaryPort: UInt16 = 7946
    private static let longestDNSTimeout: Duration = .seconds(60)
    private static let shortestInterval: Duration = .milliseconds(100)
    private static let longestInterval: Duration = .seconds(24 * 3600)

    private static func isDomain(_ text: String) -> Bool {
        guard let parsed = try? AddressText(joining: text) else { return false }
        return parsed.port == nil && IPAddress(parsed.host) == nil
    }

    func validateJoining() throws(ConfigurationError) {
        for text in dns.servers where DNSServers.endpoint(text) == nil {
            throw ConfigurationError(
                .nameServerMalformed,
                "dns.servers has \"\(text.printable)\"; set addresses, such as 10.0.0.53 or [::1]:5353"
            )
        }
        for text in dns.searchDomains ?? [] where !Self.isDomain(text) {
            throw ConfigurationError(
                .searchDomainMalformed,
                "dns.searchDomains has \"\(text.printable)\"; set domains, such as example.org"
            )
        }
        guard dns.timeout > .zero, dns.timeout <= Self.longestDNSTimeout else {
            throw ConfigurationError(
                .durationOutOfRange,
                "dns.timeout is \(dns.timeout); set more than zero, at most \(Self.longestDNSTimeout)"
            )
        }
        guard 1...16 ~= dns.tries else {
            throw ConfigurationError(.countOutOfRange, "dns.tries is \(dns.tries); set 1 to 16")
        }
        guard Self.shortestInterval...Self.longestInterval ~= discovery.interval else {
            throw ConfigurationError(
                .durationOutOfRange,
                "discovery.interval is \(discovery.interval); set \(Self.shortestInterval) to \(Self.longestInterval)"
            )
        }
    }
}
