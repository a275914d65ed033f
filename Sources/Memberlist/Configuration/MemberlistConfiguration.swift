internal import MemberlistWire

/// How a node takes part in its cluster. Start from a preset: ``lan(name:)``, ``wan(name:)`` or
/// ``local(name:)``, and change what you need.
///
/// The values of the presets, and what each does, are HashiCorp's (memberlist's `config.go`): nodes of one
/// cluster should agree on them.
public struct MemberlistConfiguration: Sendable {
    /// The gossip protocol's versions that this library speaks and understands: HashiCorp's.
    public static let protocolVersions: ClosedRange<UInt8> = 1...5
    /// Most bytes of a ``label``, HashiCorp's too: one byte of each datagram says how many there are.
    public static let labelLimit = Limits.label

    /// The node's name: unique in the cluster, not empty, 255 bytes at most. One that stays over restarts is refuted and
    /// found again under it; a new one each time leaves its dead behind in every table.
    public var name: NodeName

    /// The addresses to listen at, or host names for them, all at ``bindPort``. `0.0.0.0` is every IPv4 address; `::`
    /// is every address, IPv4 included where the system allows it and no IPv4 address stands beside it. The first is
    /// what others are told, unless ``advertiseHost`` is set. A datagram leaves from an address of its receiver's
    /// family, so a cluster of both families needs one of each here. 64 at most; each costs two sockets.
    public var bindHosts = ["0.0.0.0"]
    /// The one address to listen at, or the first of ``bindHosts``; setting it leaves that one alone.
    public var bindHost: String {
        get { bindHosts.first ?? "" }
        set { bindHosts = [newValue] }
    }
    /// The port to listen at with datagrams and streams alike, 0 to 65,535; with 0 the system chooses one that is
    /// free at each address. A fixed one can be written into seeds and firewalls, and one process of a machine has it; a
    /// free one lets several run side by side, and is another after each restart, so that others must be told it.
    public var bindPort = 7946
    /// The address or host name that others are told to reach this node at. Nil: the bind address, or, where
    /// that is every address, the first private one of this machine. Set it behind a translation of addresses, or where
    /// a machine has several networks: a wrong one is a member that all find dead.
    public var advertiseHost: String?
    /// The port that others are told, 1 to 65,535; nil: the port listened at. Behind a translation of addresses it is the
    /// outer one, which must be forwarded for UDP and TCP; a wrong one is a member that all find dead.
    public var advertisePort: Int?

    /// The application's own bytes about this node, which every member sees: ``metaLimit`` at most. Each byte is kept by
    /// every member and goes along whenever this node is told of, so that less news fits a datagram; what changes often
    /// or is large is better asked for with a message.
    public var meta: [UInt8] = []
    /// Most bytes of metadata, this node's and any other's: who says more of itself is not believed. All nodes
    /// of a cluster must agree; HashiCorp's have 512, so set more only where all are of this project. 512
    /// unless set; an alive with that much must fit ``Gossip/datagramSize``. More says more of each member, and lets
    /// each member cost all others as much memory.
    public var metaLimit = Limits.meta
    /// The cluster's name, at most 255 bytes of UTF-8, put in front of everything sent; other labels are
    /// refused. Empty: none. It keeps clusters apart that find each other by mistake, costs its bytes in each datagram,
    /// and keeps no attacker out: keys do.
    public var label = ""
    /// Other labels that are read too, each until it is taken out again; an empty text for traffic without one.
    /// Only while a cluster moves from one label to another, which goes in three rounds, node by node: read the
    /// new one, then send it and read the old one, then read the new one alone.
    public var acceptedLabels: [String] = []
    /// The keys that encrypt and authenticate all traffic; nil: plaintext that anybody on the network can
    /// read and forge. They cost 29 to 49 bytes and some microseconds of the processor for each datagram, and that every
    /// member must be given them. Kept in memory alone, a change of them is lost with the process: see
    /// ``keyringFile``.
    public var keyring: Keyring?
    /// Where the keys are kept: read when the node starts, unless ``keyring`` is set already, and written by each
    /// change through ``Memberlist/keyring``. A rotation outlives a restart by it, and operators can change keys with
    /// `memberlist keyring`; the price is a secret on a disk, mode 0600, and that a change fails where the disk does. Nil:
    /// nothing is read or written.
    public var keyringFile: KeyringFile?
    /// Whether plaintext is refused while there is a keyring. Off only while a cluster moves to encryption, which
    /// goes in three rounds, node by node: a keyring with neither this nor ``verifiesOutgoing``, then that one
    /// on, then this one. While it is off anybody can forge what members say, keys or not.
    public var verifiesIncoming = true
    /// Whether what is sent is encrypted while there is a keyring. Off only while a cluster moves to
    /// encryption: members without keys understand this node then, and everybody on the network reads what it says.
    public var verifiesOutgoing = true
    /// Whether HashiCorp's encryption version 0 is read. Implied by protocol version 1, which also sends it. On, members
    /// of version 1 are understood; off, one format less is read of what strangers send, whose padding costs bytes.
    public var acceptsPaddedEncryption = false
    /// Which dialects are spoken. ``WirePolicy/automatic`` needs no thought: members that understand the native
    /// suite get it, all others HashiCorp's, for a byte in what each says of itself. ``WirePolicy/hashicorp`` gives the
    /// native suite's protection up, and is for a cluster on its way back; ``WirePolicy/native`` refuses HashiCorp's
    /// members, so that nobody can make a node speak the weaker one.
    public var wire = WirePolicy.automatic
    /// Whether what is sent is compressed where that makes it smaller: more fits a datagram, for some microseconds of
    /// the processor each. What arrives compressed is read either way.
    public var compression = true

    /// The gossip protocol's version to speak: 1 to 5, HashiCorp's default is 2. All of a cluster must understand it,
    /// or the newcomer is not let in; 1 is for members that know no other, and seals in encryption version 0.
    public var protocolVersion: UInt8 = 2
    /// The versions of the application's own protocol; a cluster must agree on them (Serf's is 2 to 5): who speaks one
    /// that not all understand is not let in. A wider range lets old and new releases live together, and the application
    /// must then understand all of it; all 0, nothing is checked.
    public var delegateVersions = DelegateVersions()
    /// The networks in which members live, IPv4 and IPv6 named apart; nil: any, an empty list: none at all. Whoever
    /// says an address outside of them is not believed, and what comes from outside is not read: a bound for
    /// mistakes, and no stand-in for a ``keyring``. Members behind an address translation show another address.
    public var allowedNetworks: [IPNetwork]?
    /// Whether a member may live there: whether one of ``allowedNetworks`` has the address, or there is no such list.
    public func allows(_ address: IPAddress) -> Bool {
        allowedNetworks?.contains { $0.contains(address) } ?? true
    }
    /// Whether ``Memberlist/join(_:timeout:)`` takes addresses of the form `name/address` alone: a seed is then a
    /// node, and not whoever answers at its address, for what is sent to a member this node knows is always meant for
    /// it by name. ``Discovery`` and ``Healing`` keep to it: a seed that is tried again is asked for by its name first, one
    /// whose member lives elsewhere by now is not tried, and an address without a name is none. The price is that seeds
    /// must be known by name.
    public var requiresNodeNames = false
    /// How long a failed member keeps its name against a node at another address; nil: for ever. Shorter lets a
    /// machine come back soon with a new address, and lets another take the name of one that is only cut off.
    public var deadNodeReclaim: Duration?

    /// Failure detection.
    public var probe = Probe()
    /// How long a suspect has to refute.
    public var suspicion = Suspicion()
    /// Dissemination.
    public var gossip = Gossip()
    /// The queues of what is gossiped: their bounds, and who goes first.
    public var broadcasts = Broadcasts()
    /// Streams: timeouts and bounds.
    public var streams = Streams()
    /// How those that were lost are found again.
    public var healing = Healing()
    /// What is counted, and how it is labelled.
    public var metrics = Metrics()

    /// Most members that are remembered, this one, the suspect and the dead included: 262,144 unless set. In a full
    /// table whoever is dead the longest gives way to a member that lives; where all live, one more is not let in,
    /// and told as ``MemberlistEvent/tableFull(_:refused:)``. Lower bounds the memory that a peer which makes up names
    /// can cost, some 300 bytes each; below the size of the cluster it splits it.
    public var maximumMembers = Limits.members
    /// Looking names up.
    public var dns = DNS()
    /// Looking for members again and again.
    public var discovery = Discovery()

    /// How long ``Memberlist/join(_:timeout:)`` takes in all, where the call does not say. Shorter gives up on a slow
    /// seed, or a long list of them, that would have answered.
    public var joinTimeout: Duration = .seconds(30)
    /// How long ``Memberlist/leave(timeout:)`` waits to be heard, where the call does not say. Shorter ends sooner, and
    /// some take the node for failed.
    public var leaveTimeout: Duration = .seconds(3)
    /// How long a hook has to decide or to give its state. After that the answer is no, or no state. Longer bears a
    /// slow application, and holds up whoever waits for its answer.
    public var hookTimeout: Duration = .seconds(5)
    /// Calls of hooks that wait while one runs: messages, states, conflicts. More are dropped and told of in the log;
    /// more room bears longer pauses of the application and costs memory, 64 MiB at most. HashiCorp's handoff queue.
    public var hookQueue = 1_024
    /// Events that wait for a slow reader, each subscription for itself; more are dropped and counted, as is a
    /// message with which more than 64 MiB would wait. More bears longer pauses of the reader and costs memory.
    public var eventBuffer = 1_024

    /// HashiCorp's values for a local network.
    public init(name: NodeName) {
        self.name = name
    }
}

extension MemberlistConfiguration {
    /// The versions of the application's own protocol, HashiCorp's delegate versions.
    public struct DelegateVersions: Sendable, Hashable {
        /// The lowest version understood: higher drops what old releases need, and keeps them out.
        public var minimum: UInt8
        /// The highest version understood: members that speak a higher one are kept out, and keep this node out.
        public var maximum: UInt8
        /// The version spoken: raise it once all members understand it, for who does not is not let in.
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
        /// Time between probes; lower finds failures sooner and costs more datagrams. Zero turns the detection of failures
        /// off: this node probes nobody, and learns of a failure from others alone.
        public var interval: Duration = .seconds(1)
        /// How long a direct ping may take before helpers are asked: about the 99th percentile of a round
        /// trip. Below the interval. Shorter asks helpers sooner, and too often where answers are slow; longer leaves
        /// helpers and the stream less of the interval.
        public var timeout: Duration = .milliseconds(500)
        /// Members asked to ping in this node's place. More find a way around more broken links, at two datagrams each
        /// for a ping that failed; 0: nobody is asked, and one bad link makes a suspect.
        public var indirectChecks = 3
        /// Whether a stream is tried too, so that a network that drops datagrams alone fails nobody. It costs a connection
        /// for each ping that failed, and hides such a network until the log is read.
        public var streamFallback = true
        /// Members that are not tried over a stream, by name: those behind a gateway that accepts every stream would
        /// be taken for well for ever. Such a member fails where datagrams alone are dropped.
        public var streamFallbackExcept: Set<NodeName> = []
        /// How much slower an unwell node probes at worst: Lifeguard's bound on the health score. Higher accuses fewer
        /// wrongly while this node is short of time, and finds failures later; 1: never slower.
        public var healthMultiplier = 8

        /// HashiCorp's values for a local network.
        public init() {}
    }

    /// How long a suspect has to refute.
    public struct Suspicion: Sendable, Hashable {
        /// The shortest suspicion: `multiplier x log10(members) x probe interval`. Lower declares failures
        /// sooner and more of them wrongly.
        public var multiplier = 4
        /// The longest is this many times the shortest; confirmations by others shorten it. Higher gives more time to a
        /// member whom one node alone suspects, and to a real failure that few can see.
        public var maximumMultiplier = 6

        /// HashiCorp's values for a local network.
        public init() {}
    }

    /// Dissemination.
    public struct Gossip: Sendable, Hashable {
        /// Time between gossip rounds; zero: none, and news wait for pings and state exchanges. Shorter tells sooner and
        /// costs datagrams.
        public var interval: Duration = .milliseconds(200)
        /// Members told in a round. More tells sooner and costs as many more datagrams; 0: nobody.
        public var nodes = 3
        /// How long a dead member is still gossiped to, so that it can refute. Longer brings back more of those that were
        /// slow or cut off, and wastes datagrams on those that crashed.
        public var toTheDead: Duration = .seconds(30)
        /// Each message is sent `multiplier x log10(members)` times; more survives more loss.
        public var retransmitMultiplier = 4
        /// Largest datagram in bytes, to the byte and all layers included, 65,507 at most: 1,400 fits the common networks,
        /// 8,900 jumbo frames. Larger carries more news each; larger than the network's frames it is cut up, and lost
        /// with any of its pieces.
        public var datagramSize = 1_400
        /// Time between full state exchanges with a random member; zero: none but on joining. Shorter mends lost news
        /// sooner; each costs both sides the whole table, so that above 32 members the time grows with their logarithm.
        /// A join and a burst of news are followed by one more, three in that time at most.
        public var pushPullInterval: Duration = .seconds(30)

        /// HashiCorp's values for a local network.
        public init() {}
    }

    /// How those that were lost are found again: after a partition, however long, and after a restart of all.
    ///
    /// Members that failed, the addresses that ``Memberlist/join(_:timeout:)`` was ever given, whether they answered or
    /// not, and those that ``Discovery`` finds are tried again, one at a time. A name among them is looked up anew. In the whole cluster
    /// there is about one attempt in each pause, whatever its size and however many were lost; where nobody is lost and
    /// every seed is a member there is none. Who left on its own word is not tried. A member that was lost is pinged by
    /// its name first, so that whoever has its address by now is not joined by mistake. What is found is asked of
    /// ``MemberlistDelegate/allowMerge(_:)``, as any join is. HashiCorp's memberlist has nothing of the kind, and takes
    /// such an attempt for a join.
    public struct Healing: Sendable, Hashable {
        /// The longest wait until the first attempt after a loss, half of it the shortest; zero: nobody is tried.
        /// Shorter heals sooner and dials dead members more often.
        public var interval: Duration = .seconds(5)
        /// Waits double up to this one, and begin anew with each loss. It bounds how long a cluster takes to heal
        /// after a long partition, as the interval does after a short one.
        public var maximumInterval: Duration = .seconds(60)
        /// How many lost members are remembered; at the bound one of them is forgotten. Any one of another part is
        /// enough to find all of it.
        public var remembered = 1_024
        /// For how long; nil: as long as this node runs. Shorter saves attempts at members that crashed for good, and
        /// does not heal a longer partition but by its seeds.
        public var forgetAfter: Duration?

        /// For a local network.
        public init() {}
    }

    /// The queues of what is gossiped. Where one is full the message goes that was sent most often; what a node
    /// says of itself is never dropped.
    public struct Broadcasts: Sendable, Hashable {
        /// What the application's broadcasts get of each round's datagrams while news of members wait too, in percent
        /// of the bytes; 1 to 99. More tells the application's sooner and failures later, less the other way
        /// round. What one side does not use goes to the other; pings and acks carry news of members alone.
        public var share = 50
        /// The application's broadcasts that wait at most. More bears a longer burst, and takes
        /// longer to tell.
        public var maximumCount = Limits.userBroadcasts
        /// Bytes of the application's broadcasts that wait at most: what they may cost of memory.
        public var maximumBytes = Limits.userBroadcastBytes
        /// News of members that wait at most, one for each member. Below the number of members a mass restart loses
        /// some, which the next state exchanges mend; more costs memory.
        public var membershipCount = Limits.membershipBroadcasts
        /// Bytes of news of members that wait at most: what they may cost of memory.
        public var membershipBytes = Limits.membershipBroadcastBytes

        /// Half for each side, and bounds for tens of thousands of members.
        public init() {}
    }

    /// Streams: state exchanges, reliable messages and fallback pings.
    public struct Streams: Sendable, Hashable {
        /// How long a connection and all that is sent on it may take. Longer bears slow links and large states; a
        /// call to a peer that hangs waits as long.
        public var timeout: Duration = .seconds(10)
        /// Streams of peers open at once, 512 unless set; more are closed unread. More bears more that join at once, and
        /// costs descriptors and memory.
        public var maximumInbound = Limits.inboundStreams

        /// HashiCorp's values for a local network.
        public init() {}
    }

    /// What is counted, through swift-metrics.
    public struct Metrics: Sendable, Hashable {
        /// Labels put on every metric of this node's, such as `["dc": "eu"]`. Backends keep a series for each set of
        /// values: label with what few nodes share, or with little.
        public var labels: [String: String] = [:]
        /// Time between two records of how many broadcasts wait, `memberlist.queue.broadcasts`; zero: none. Shorter
        /// shows bursts that gossip has worked off before the next look.
        public var queueCheckInterval: Duration = .seconds(30)

        /// HashiCorp's values.
        public init() {}
    }
}
