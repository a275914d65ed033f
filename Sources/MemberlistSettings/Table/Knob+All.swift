internal import Memberlist

extension Knob {
    /// Every knob, in the order of the printed example. A property of `MemberlistConfiguration` that is missing here
    /// fails a test, which names it.
    static let all: [Knob] =
        identity + encryption + admission + waiting + probing + suspicion + gossip + broadcasts
        + streams + healing + joining + metrics

    /// The presets' name, which stands beside the knobs: it decides what those have that are not named.
    static let profileKey = "profile"

    private static let identity = [
        Knob("name", \.name, "Unique in the cluster; one that stays over restarts is found again."),
        Knob(
            "bindHosts",
            \.bindHosts,
            "Addresses to listen at, two sockets each; 0.0.0.0 and :: are every one."
        ),
        Knob("bindPort", \.bindPort, "UDP and TCP; fixed for seeds and firewalls, 0: another at each start."),
        Knob(
            "advertiseHost",
            \.advertiseHost,
            "What others dial; a wrong one is a dead member. Null: the one bound."
        ),
        Knob(
            "advertisePort",
            \.advertisePort,
            "What others dial, forwarded for UDP and TCP; null: the one bound."
        ),
        Knob("meta", \.metaText, "Words about this node: every member keeps each byte, gossip carries it."),
        Knob(
            "metaLimit",
            \.metaLimit,
            "Most bytes of anybody's metadata; all must agree, HashiCorp's have 512."
        ),
        Knob("label", \.label, "Keeps clusters apart, costs its bytes a datagram, no secret. Empty: none."),
        Knob(
            "acceptedLabels",
            \.acceptedLabels,
            "Labels that are read too, while a cluster moves to another."
        ),
        Knob(
            "protocolVersion",
            \.protocolVersion,
            "1 to 5, HashiCorp's is 2; all must understand it, and 1 protects less."
        ),
        Knob(
            "delegateVersions.minimum",
            \.delegateVersions.minimum,
            "The application's lowest version; higher keeps old releases out."
        ),
        Knob(
            "delegateVersions.maximum",
            \.delegateVersions.maximum,
            "Its highest version; who speaks a higher one is kept out."
        ),
        Knob(
            "delegateVersions.current",
            \.delegateVersions.current,
            "Its version spoken; raise it once all members understand it."
        ),
    ]

    private static let encryption = [
        Knob(
            "keyringFile",
            \.keyringFile,
            "The file with the keys, mode 0600; null: plaintext that all can forge."
        ),
        Knob(
            "verifiesIncoming",
            \.verifiesIncoming,
            "Whether plaintext is refused; off, anybody can forge. Only on the way to keys."
        ),
        Knob(
            "verifiesOutgoing",
            \.verifiesOutgoing,
            "Whether what is sent is encrypted; off, anybody reads it. Only on that way."
        ),
        Knob(
            "acceptsPaddedEncryption",
            \.acceptsPaddedEncryption,
            "Whether HashiCorp's version 0 is read; only for members that are so old."
        ),
        Knob(
            "wire",
            \.wire,
            "automatic: native where understood; hashicorp is weaker, native shuts out."
        ),
        Knob(
            "compression",
            \.compression,
            "Whether what gets smaller by it is compressed; costs little time."
        ),
    ]

    private static let admission = [
        Knob(
            "allowedNetworks",
            \.allowedNetworks,
            "Where members may live, a bound for mistakes; null: anywhere, []: nowhere."
        ),
        Knob(
            "requiresNodeNames",
            \.requiresNodeNames,
            "Whether seeds are name/address: nobody else at it, but names must be known."
        ),
        Knob(
            "deadNodeReclaim",
            \.deadNodeReclaim,
            "Holds a failed name against a new address; less: back sooner, stolen sooner."
        ),
        Knob(
            "maximumMembers",
            \.maximumMembers,
            "Bounds memory, 300 bytes each; below the cluster's size it splits."
        ),
    ]

    private static let waiting = [
        Knob("joinTimeout", \.joinTimeout, "How long a join takes in all; less gives up on slow seeds."),
        Knob(
            "leaveTimeout",
            \.leaveTimeout,
            "How long a leave waits to be heard; less, and some take it for failed."
        ),
        Knob(
            "hookTimeout",
            \.hookTimeout,
            "How long a hook may decide, else no; more holds up who waits for it."
        ),
        Knob(
            "hookQueue",
            \.hookQueue,
            "Calls that wait for a slow hook; more bears pauses and costs memory."
        ),
        Knob(
            "eventBuffer",
            \.eventBuffer,
            "Events that wait for a slow reader; more bears pauses and costs memory."
        ),
    ]

    private static let probing = [
        Knob(
            "probe.interval",
            \.probe.interval,
            "Less finds failures sooner and costs datagrams; 0s: finds none."
        ),
        Knob(
            "probe.timeout",
            \.probe.timeout,
            "A round trip's 99th percentile; less asks helpers too often."
        ),
        Knob(
            "probe.indirectChecks",
            \.probe.indirectChecks,
            "Members asked to ping where this node fails; more accuses less, costs more."
        ),
        Knob(
            "probe.streamFallback",
            \.probe.streamFallback,
            "Whether a stream is tried where datagrams fail; hides a network without UDP."
        ),
        Knob(
            "probe.streamFallbackExcept",
            \.probe.streamFallbackExcept,
            "Members never tried so: behind a gateway that accepts every stream."
        ),
        Knob(
            "probe.healthMultiplier",
            \.probe.healthMultiplier,
            "How much slower an unwell node probes: accuses less, finds failures later."
        ),
    ]

    private static let suspicion = [
        Knob(
            "suspicion.multiplier",
            \.suspicion.multiplier,
            "The shortest suspicion; less is sooner and wronger."
        ),
        Knob(
            "suspicion.maximumMultiplier",
            \.suspicion.maximumMultiplier,
            "The longest, times the shortest; more spares whom one node alone accuses."
        ),
    ]

    private static let gossip = [
        Knob(
            "gossip.interval",
            \.gossip.interval,
            "Time between rounds; less tells sooner and costs datagrams; 0s: none."
        ),
        Knob("gossip.nodes", \.gossip.nodes, "Members told in a round; more is faster and costs datagrams."),
        Knob(
            "gossip.toTheDead",
            \.gossip.toTheDead,
            "How long the dead are told and may refute; more wastes datagrams."
        ),
        Knob(
            "gossip.retransmitMultiplier",
            \.gossip.retransmitMultiplier,
            "How often news are sent; more bears loss and costs datagrams."
        ),
        Knob(
            "gossip.datagramSize",
            \.gossip.datagramSize,
            "Bytes; 1400 fits most networks, more carries more and may be cut up."
        ),
        Knob(
            "gossip.pushPullInterval",
            \.gossip.pushPullInterval,
            "Full exchanges: less mends lost news sooner, each costs the table; 0s: none."
        ),
    ]

    private static let broadcasts = [
        Knob(
            "broadcasts.share",
            \.broadcasts.share,
            "Percent for the application while both wait; more delays failures."
        ),
        Knob(
            "broadcasts.maximumCount",
            \.broadcasts.maximumCount,
            "The application's that wait; more bears bursts, takes longer to tell."
        ),
        Knob("broadcasts.maximumBytes", \.broadcasts.maximumBytes, "Their bytes at most, in memory."),
        Knob(
            "broadcasts.membershipCount",
            \.broadcasts.membershipCount,
            "News of members that wait; below their number a mass restart loses some."
        ),
        Knob(
            "broadcasts.membershipBytes",
            \.broadcasts.membershipBytes,
            "Their bytes at most, in memory too."
        ),
    ]

    private static let streams = [
        Knob(
            "streams.timeout",
            \.streams.timeout,
            "For a stream in all; more bears slow links, and waits longer for who hangs."
        ),
        Knob(
            "streams.maximumInbound",
            \.streams.maximumInbound,
            "Peers' streams at once; more bears mass joins, costs descriptors."
        ),
    ]

    private static let healing = [
        Knob(
            "healing.interval",
            \.healing.interval,
            "First wait for a lost member; less heals sooner, dials more; 0s: never."
        ),
        Knob(
            "healing.maximumInterval",
            \.healing.maximumInterval,
            "Waits double up to it: bounds healing after a long partition."
        ),
        Knob(
            "healing.remembered",
            \.healing.remembered,
            "Lost members remembered; one of another part is enough to find it."
        ),
        Knob(
            "healing.forgetAfter",
            \.healing.forgetAfter,
            "For how long; less dials fewer dead, heals less. Null: for ever."
        ),
    ]

    private static let joining = [
        Knob(
            "dns.servers",
            \.dns.servers,
            "address[:port], in this order; empty: the system's, whose changes are heeded."
        ),
        Knob(
            "dns.searchDomains",
            \.dns.searchDomains,
            "For short names, a question each for a wrong one; null: the system's."
        ),
        Knob(
            "dns.resolvConf",
            \.dns.resolvConf,
            "Read in place of /etc/resolv.conf; unreadable fails lookups. Null: that one."
        ),
        Knob(
            "dns.timeout",
            \.dns.timeout,
            "For an answer, doubled each try; more is patient, later at the next server."
        ),
        Knob(
            "dns.tries",
            \.dns.tries,
            "How often each is asked; more bears loss, gives dead servers up later."
        ),
        Knob(
            "discovery.interval",
            \.discovery.interval,
            "About how often discovery looks; less finds sooner, asks more."
        ),
    ]

    private static let metrics = [
        Knob(
            "metrics.labels",
            \.metrics.labels,
            "On every metric, name=value; each set of values is a series to keep."
        ),
        Knob(
            "metrics.queueCheckInterval",
            \.metrics.queueCheckInterval,
            "Looks at the queue; less shows bursts, records more; 0s: none."
        ),
    ]
}

extension MemberlistConfiguration {
    /// Metadata as a file can hold it. Bytes that are not UTF-8 are the application's to set.
    fileprivate var metaText: String {
        get { String(decoding: meta, as: UTF8.self) }
        set { meta = Array(newValue.utf8) }
    }
}
