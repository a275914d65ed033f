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
        Knob("name", \.name, "The node's name: unique in the cluster."),
        Knob("bindHosts", \.bindHosts, "Addresses to listen at; 0.0.0.0 and :: stand for every one."),
        Knob("bindPort", \.bindPort, "The port to listen at, UDP and TCP; 0: the system chooses."),
        Knob("advertiseHost", \.advertiseHost, "The address that others are told; null: the one bound."),
        Knob("advertisePort", \.advertisePort, "The port that others are told; null: the one bound."),
        Knob("meta", \.metaText, "The application's words about this node; every member keeps them."),
        Knob(
            "metaLimit",
            \.metaLimit,
            "Most bytes of anybody's metadata; all must agree, HashiCorp's have 512."
        ),
        Knob("label", \.label, "The cluster's name; whoever has another is a stranger. Empty: none."),
        Knob(
            "acceptedLabels",
            \.acceptedLabels,
            "Labels that are read too, while a cluster moves to another."
        ),
        Knob("protocolVersion", \.protocolVersion, "The gossip protocol to speak, 1 to 5; HashiCorp's is 2."),
        Knob("delegateVersions.minimum", \.delegateVersions.minimum, "The application's lowest version."),
        Knob("delegateVersions.maximum", \.delegateVersions.maximum, "The application's highest version."),
        Knob("delegateVersions.current", \.delegateVersions.current, "The application's version spoken."),
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
            "Whether plaintext is refused; off only on the way to keys."
        ),
        Knob(
            "verifiesOutgoing",
            \.verifiesOutgoing,
            "Whether what is sent is encrypted; off only on that way."
        ),
        Knob("acceptsPaddedEncryption", \.acceptsPaddedEncryption, "Whether HashiCorp's version 0 is read."),
        Knob(
            "wire",
            \.wire,
            "automatic: native where it is understood; hashicorp or native: that one alone."
        ),
        Knob(
            "compression",
            \.compression,
            "Whether what gets smaller by it is compressed; costs little time."
        ),
    ]

    private static let admission = [
        Knob("allowedNetworks", \.allowedNetworks, "Where members may live; null: anywhere, []: nowhere."),
        Knob("requiresNodeNames", \.requiresNodeNames, "Whether a join needs name/address."),
        Knob("deadNodeReclaim", \.deadNodeReclaim, "How long a failed name is held against a new address."),
        Knob(
            "maximumMembers",
            \.maximumMembers,
            "Most members remembered; below the cluster's size it splits."
        ),
    ]

    private static let waiting = [
        Knob("joinTimeout", \.joinTimeout, "How long a join takes in all."),
        Knob("leaveTimeout", \.leaveTimeout, "How long a leave waits to be heard."),
        Knob("hookTimeout", \.hookTimeout, "How long a hook may decide; later the answer is no."),
        Knob("hookQueue", \.hookQueue, "Calls that wait for a slow hook; more are dropped and told of."),
        Knob(
            "eventBuffer",
            \.eventBuffer,
            "Events that wait for a slow reader; more are dropped and counted."
        ),
    ]

    private static let probing = [
        Knob("probe.interval", \.probe.interval, "Time between probes; less finds failures sooner."),
        Knob("probe.timeout", \.probe.timeout, "A round trip's 99th percentile; below probe.interval."),
        Knob(
            "probe.indirectChecks",
            \.probe.indirectChecks,
            "Members asked to ping where this node fails to."
        ),
        Knob(
            "probe.streamFallback",
            \.probe.streamFallback,
            "Whether a stream is tried where datagrams fail."
        ),
        Knob(
            "probe.streamFallbackExcept",
            \.probe.streamFallbackExcept,
            "Members never tried over a stream."
        ),
        Knob(
            "probe.healthMultiplier",
            \.probe.healthMultiplier,
            "How many times slower an unwell node probes."
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
            "The longest, times the shortest."
        ),
    ]

    private static let gossip = [
        Knob("gossip.interval", \.gossip.interval, "Time between rounds of gossip; 0s: none."),
        Knob("gossip.nodes", \.gossip.nodes, "Members told in a round; more is faster and costs datagrams."),
        Knob("gossip.toTheDead", \.gossip.toTheDead, "How long the dead are told, so that they can refute."),
        Knob(
            "gossip.retransmitMultiplier",
            \.gossip.retransmitMultiplier,
            "How often news are sent; more bears loss."
        ),
        Knob(
            "gossip.datagramSize",
            \.gossip.datagramSize,
            "Largest datagram in bytes; 1400 fits most networks."
        ),
        Knob(
            "gossip.pushPullInterval",
            \.gossip.pushPullInterval,
            "Time between full state exchanges; 0s: none."
        ),
    ]

    private static let broadcasts = [
        Knob("broadcasts.share", \.broadcasts.share, "The application's part of busy datagrams, in percent."),
        Knob("broadcasts.maximumCount", \.broadcasts.maximumCount, "The application's that wait at most."),
        Knob("broadcasts.maximumBytes", \.broadcasts.maximumBytes, "Their bytes at most."),
        Knob(
            "broadcasts.membershipCount",
            \.broadcasts.membershipCount,
            "News of members that wait at most."
        ),
        Knob("broadcasts.membershipBytes", \.broadcasts.membershipBytes, "Their bytes at most."),
    ]

    private static let streams = [
        Knob(
            "streams.timeout",
            \.streams.timeout,
            "How long a connection and all that is sent on it may take."
        ),
        Knob(
            "streams.maximumInbound",
            \.streams.maximumInbound,
            "Peers' streams open at once; more are closed."
        ),
    ]

    private static let healing = [
        Knob("healing.interval", \.healing.interval, "Longest wait until a lost member is tried; 0s: never."),
        Knob("healing.maximumInterval", \.healing.maximumInterval, "What the waits double up to."),
        Knob("healing.remembered", \.healing.remembered, "Lost members that are remembered."),
        Knob("healing.forgetAfter", \.healing.forgetAfter, "For how long; null: as long as this node runs."),
    ]

    private static let joining = [
        Knob("dns.servers", \.dns.servers, "Name servers, as address or address:port; none: the system's."),
        Knob("dns.searchDomains", \.dns.searchDomains, "Domains for short names; null: the system's."),
        Knob("dns.resolvConf", \.dns.resolvConf, "Read in place of /etc/resolv.conf; null: that one."),
        Knob("dns.timeout", \.dns.timeout, "How long a name server has; doubled with each try."),
        Knob("dns.tries", \.dns.tries, "How often each name server is asked."),
        Knob("discovery.interval", \.discovery.interval, "About how often discovery looks for members."),
    ]

    private static let metrics = [
        Knob("metrics.labels", \.metrics.labels, "Labels on every metric, name=value; each set is a series."),
        Knob(
            "metrics.queueCheckInterval",
            \.metrics.queueCheckInterval,
            "Time between looks at the queue; 0s: none."
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
