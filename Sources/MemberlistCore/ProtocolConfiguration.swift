package import MemberlistWire

/// What the core needs to know of its configuration; durations in nanoseconds.
package struct ProtocolConfiguration: Sendable {
    package var name: NodeName
    package var endpoint: Endpoint
    package var meta: [UInt8] = []
    /// Most bytes of metadata, this node's own and others'.
    package var metaLimit = Limits.meta
    package var versions = ProtocolVersions()
    /// What this node says that it understands beyond the versions.
    package var capabilities: Capabilities = []
    /// What its layers use of what a member understands.
    package var usableCapabilities: Capabilities = []

    // Failure detection
    package var probeInterval: Int64 = 1_000_000_000
    package var probeTimeout: Int64 = 500_000_000
    package var indirectChecks = 3
    package var streamFallback = true
    /// Members that are never pinged over a stream.
    package var streamFallbackExcept: Set<NodeName> = []
    package var healthMultiplier = 8
    package var suspicionMultiplier = 4
    package var suspicionMaximumMultiplier = 6

    /// Lifeguard's extensions of SWIM that are in use.
    package var lifeguard = LifeguardExtensions.all

    // Dissemination
    package var gossipInterval: Int64 = 200_000_000
    package var gossipNodes = 3
    package var gossipToTheDead: Int64 = 30_000_000_000
    package var retransmitMultiplier = 4
    package var membershipQueue = BroadcastBounds(
        count: Limits.membershipBroadcasts,
        bytes: Limits.membershipBroadcastBytes
    )
    package var userQueue = BroadcastBounds(count: Limits.userBroadcasts, bytes: Limits.userBroadcastBytes)
    /// What the application's broadcasts get of a gossip round, of a hundred, while members' news wait too.
    package var userShare = 50
    package var pushPullInterval: Int64 = 30_000_000_000

    /// Longest wait until the first attempt to find who was lost; 0: nobody is looked for. It doubles with each
    /// attempt, up to the maximum.
    package var healInterval: Int64 = 0
    package var healMaximumInterval: Int64 = 60_000_000_000
    /// How many lost members are remembered, and for how long; nil: as long as this node runs.
    package var healMemory = 1_024
    package var healForgets: Int64?
    /// Whether a seed is a member by its name, which is tried where that member lives no more, and as that member
    /// alone; seeds without a name are none then.
    package var seedsNeedNames = false

    /// How long a failed member keeps its name against another address; nil: for ever.
    package var deadNodeReclaim: Int64?

    /// The networks in which a member's address must lie; nil: any, empty: none.
    package var allowedNetworks: [IPNetwork]?
    /// How long whoever has the address of a member that left may deny it before its name moves to another; 0: it moves
    /// at once, as HashiCorp's does.
    package var farewellDoubt: Int64 = 0

    /// Most members that the table holds, dead ones included.
    package var memberLimit = Limits.members

    /// Largest plaintext payload of a datagram, all layers' overhead taken off: without and with a checksum,
    /// and under native encryption.
    package var payloadLimit = 1_398
    package var checksummedPayloadLimit = 1_393
    package var nativePayloadLimit = 1_351

    /// Holds what many nodes of one process know alike: a simulator's or a test's.
    package var identityPool: IdentityPool?

    /// Whether the application decides on each alive, and on each join's members.
    package var asksAlive = false
    package var asksMerge = false

    /// Largest message, type byte included, that is sure to fit a compound on its own.
    package var broadcastLimit: Int {
        smallestPayloadLimit - CompoundWriter.headerCount - CompoundWriter.partOverhead
    }

    /// Largest payload that a datagram to anybody may have.
    var smallestPayloadLimit: Int {
        let native = usableCapabilities.contains(.encryption) ? nativePayloadLimit : .max
        return min(payloadLimit, checksummedPayloadLimit, native)
    }

    /// Bytes that an ack may carry, so that it fits a datagram to anybody.
    package var ackPayloadLimit: Int { max(0, broadcastLimit - Limits.ackOverhead) }

    /// Whether a member may live there.
    package func allows(_ address: IPAddress) -> Bool {
        guard let allowedNetworks else { return true }
        return allowedNetworks.contains { $0.contains(address) }
    }

    /// Largest payload of a datagram to that receiver.
    func payloadLimit(for receiver: Receiver) -> Int {
        if receiver.capabilities.contains(.encryption) { return nativePayloadLimit }
        return receiver.takesChecksum ? checksummedPayloadLimit : payloadLimit
    }

    /// The version bytes of this node's own alives.
    var wireVersions: WireBytes {
        WireBytes(versions.bytes + (capabilities.isEmpty ? [] : [capabilities.rawValue]))
    }

    /// Longest name: at most half of what a datagram holds, for suspicions and indirect pings name two. Their
    /// fields' own overhead is below 150.
    package var nameLimit: Int { min(Limits.name, (broadcastLimit - 150) / 2) }

    package init(name: NodeName, endpoint: Endpoint) {
        self.name = name
        self.endpoint = endpoint
    }
}
