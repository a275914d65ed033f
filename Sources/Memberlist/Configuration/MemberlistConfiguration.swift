internal import MemberlistWire

/// How a node takes part in its cluster. Start from a preset: ``lan(name:)``, ``wan(name:)`` or
/// ``local(name:)``, and change what you need.
///
/// The values of the presets, and what each does, are HashiCorp's (memberlist's `config.go`): nodes of one
/// cluster should agree on them.
public struct MemberlistConfiguration: Sendable {
    /// The node's name: unique in the cluster, not empty.
    public var name: NodeName

    /// The address to listen at, or a host name for one. `0.0.0.0` is every IPv4 address; `::` is every
    /// address, IPv4 included where the system allows it.
    public var bindHost = "0.0.0.0"
    /// The port to listen at with datagrams and streams alike, 0 to 65,535; with 0 the system chooses one.
    public var bindPort = 7946
    /// The address or host name that others are told to reach this node at. Nil: the bind address, or, where
    /// that is every address, the first private one of this machine.
    public var advertiseHost: String?
    /// The port that others are told; nil: the port listened at.
    public var advertisePort: Int?

    /// The application's own bytes about this node, which every member sees: ``metaLimit`` at most.
    public var meta: [UInt8] = []
    /// Most bytes of metadata, this node's and any other's: who says more of itself is not believed. All nodes
    /// of a cluster must agree; HashiCorp's have 512, so set more only where all are of this project. 512
    /// unless set; an alive with that much must fit ``Gossip/datagramSize``.
    public var metaLimit = Limits.meta
    /// The cluster's name, at most 255 bytes of UTF-8, put in front of everything sent; other labels are
    /// refused. Empty: none.
    public var label = ""
    /// Other labels that are read too, each until it is taken out again; an empty text for traffic without one.
    /// Only while a cluster moves from one label to another, which goes in three rounds, node by node: read the
    /// new one, then send it and read the old one, then read the new one alone.
    public var acceptedLabels: [String] = []
    /// The keys that encrypt and authenticate all traffic; nil: plaintext that anybody on the network can
    /// read and forge.
    public var keyring: Keyring?
    /// Where the keys are kept: read when the node starts, unless ``keyring`` is set already, and written by each
    /// change through ``Memberlist/keyring``.
    public var keyringFile: KeyringFile?
    /// Whether plaintext is refused while there is a keyring. Off only while a cluster moves to encryption, which
    /// goes in three rounds, node by node: a keyring with neither this nor ``verifiesOutgoing``, then that one
    /// on, then this one.
    public var verifiesIncoming = true
    /// Whether what is sent is encrypted while there is a keyring. Off only while a cluster moves to
    /// encryption.
    public var verifiesOutgoing = true
    /// Whether HashiCorp's encryption version 0 is read. Implied by protocol version 1, which also sends it.
    public var acceptsPaddedEncryption = false
    /// Which dialects are spoken. ``WirePolicy/automatic`` needs no thought: members that understand the native
    /// suite get it, all others HashiCorp's.
    public var wire = WirePolicy.automatic
    /// Whether what is sent is compressed where that makes it smaller.
    public var compression = true

    /// The gossip protocol's version to speak: 1 to 5, HashiCorp's default is 2.
    public var protocolVersion: UInt8 = 2
    /// The versions of the application's own protocol; a cluster must agree on them (Serf's is 2 to 5).
    public var delegateVersions = DelegateVersions()
    /// How long a failed member keeps its name against a node at another address; nil: for ever.
    public var deadNodeReclaim: Duration?

    /// Failure detection.
    public var probe = Probe()
    /// How long a suspect has to refute.
    public var suspicion = Suspicion()
    /// Dissemination.
    public var gossip = Gossip()
    /// Streams: timeouts and bounds.
    public var streams = Streams()

    /// Looking names up.
    public var dns = DNS()
    /// Looking for members again and again.
    public var discovery = Discovery()

    /// How long ``Memberlist/join(_:timeout:)`` takes in all, where the call does not say.
    public var joinTimeout: Duration = .seconds(30)
    /// How long ``Memberlist/leave(timeout:)`` waits to be heard, where the call does not say.
    public var leaveTimeout: Duration = .seconds(3)
    /// How long a hook has to decide or to give its state. After that the answer is no, or no state.
    public var hookTimeout: Duration = .seconds(5)
    /// Events that wait for a slow reader, each subscription for itself; more are dropped and counted, as is a
    /// message with which more than 64 MiB would wait.
    public var eventBuffer = 1_024

    /// HashiCorp's values for a local network.
    public init(name: NodeName) {
        self.name = name
    }
}

extension MemberlistConfiguration {
    /// The versions of the application's own protocol, HashiCorp's delegate versions.
    public struct DelegateVersions: Sendable, Hashable {
        /// The lowest version understood.
        public var minimum: UInt8
        /// The highest version understood.
        public var maximum: UInt8
        /// The version spoken.
        public var current: UInt8

        /// `minimum <= current <= maximum`.
        public init(minimum: UInt8 = 0, maximum: UInt8 = 0, current: UInt8 = 0) {
            self.minimum = minimum
            self.maximum = maximum
            self.current = current
        }
    }

    /// Failure detection: SWIM's probes with Lifeguard's health.
    public struct Probe: Sendable, Hashable {
        /// Time between probes; lower finds failures sooner and costs more datagrams.
        public var interval: Duration = .seconds(1)
        /// How long a direct ping may take before helpers are asked: about the 99th percentile of a round
        /// trip. Below the interval.
        public var timeout: Duration = .milliseconds(500)
        /// Members asked to ping in this node's place.
        public var indirectChecks = 3
        /// Whether a stream is tried too, so that a network that drops datagrams alone fails nobody.
        public var streamFallback = true
        /// How much slower an unwell node probes at worst: Lifeguard's bound on the health score.
        public var healthMultiplier = 8

        /// HashiCorp's values for a local network.
        public init() {}
    }

    /// How long a suspect has to refute.
    public struct Suspicion: Sendable, Hashable {
        /// The shortest suspicion: `multiplier x log10(members) x probe interval`. Lower declares failures
        /// sooner and more of them wrongly.
        public var multiplier = 4
        /// The longest is this many times the shortest; confirmations by others shorten it.
        public var maximumMultiplier = 6

        /// HashiCorp's values for a local network.
        public init() {}
    }

    /// Dissemination.
    public struct Gossip: Sendable, Hashable {
        /// Time between gossip rounds; zero: none.
        public var interval: Duration = .milliseconds(200)
        /// Members told in a round.
        public var nodes = 3
        /// How long a dead member is still gossiped to, so that it can refute.
        public var toTheDead: Duration = .seconds(30)
        /// Each message is sent `multiplier x log10(members)` times; more survives more loss.
        public var retransmitMultiplier = 4
        /// Largest datagram in bytes, all layers included: 1,400 fits the common networks. Below 65,507.
        public var datagramSize = 1_400
        /// Time between full state exchanges with a random member; zero: none but on joining.
        public var pushPullInterval: Duration = .seconds(30)

        /// HashiCorp's values for a local network.
        public init() {}
    }

    /// Streams: state exchanges, reliable messages and fallback pings.
    public struct Streams: Sendable, Hashable {
        /// How long a connection and all that is sent on it may take.
        public var timeout: Duration = .seconds(10)
        /// Streams of peers open at once, 512 unless set; more are closed unread.
        public var maximumInbound = Limits.inboundStreams

        /// HashiCorp's values for a local network.
        public init() {}
    }
}
