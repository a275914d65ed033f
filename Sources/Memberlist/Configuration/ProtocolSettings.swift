package import MemberlistCore
package import MemberlistWire

extension MemberlistConfiguration {
    /// The configuration as the core takes it.
    package func protocolConfiguration(
        endpoint: Endpoint,
        layers: LayerSettings,
        asksAlive: Bool,
        asksMerge: Bool
    ) -> ProtocolConfiguration {
        var core = ProtocolConfiguration(name: name.owned(), endpoint: endpoint)
        core.meta = meta
        core.metaLimit = metaLimit
        core.versions = ProtocolVersions(
            minimum: Self.protocolVersions.lowerBound,
            maximum: Self.protocolVersions.upperBound,
            current: protocolVersion,
            delegateMinimum: delegateVersions.minimum,
            delegateMaximum: delegateVersions.maximum,
            delegateCurrent: delegateVersions.current
        )
        core.probeInterval = probe.interval.wholeNanoseconds
        core.probeTimeout = probe.timeout.wholeNanoseconds
        core.indirectChecks = probe.indirectChecks
        core.streamFallback = probe.streamFallback
        core.streamFallbackExcept = Set(probe.streamFallbackExcept.map { $0.owned() })
        core.allowedNetworks = allowedNetworks
        core.healthMultiplier = probe.healthMultiplier
        core.suspicionMultiplier = suspicion.multiplier
        core.suspicionMaximumMultiplier = suspicion.maximumMultiplier
        core.gossipInterval = gossip.interval.wholeNanoseconds
        core.gossipNodes = gossip.nodes
        core.gossipToTheDead = gossip.toTheDead.wholeNanoseconds
        core.retransmitMultiplier = gossip.retransmitMultiplier
        core.userShare = broadcasts.share
        core.userQueue = BroadcastBounds(count: broadcasts.maximumCount, bytes: broadcasts.maximumBytes)
        core.membershipQueue = BroadcastBounds(
            count: broadcasts.membershipCount,
            bytes: broadcasts.membershipBytes
        )
        core.pushPullInterval = gossip.pushPullInterval.wholeNanoseconds
        core.farewellDoubt = probe.timeout.wholeNanoseconds
        core.deadNodeReclaim = deadNodeReclaim?.wholeNanoseconds
        core.healInterval = healing.interval.wholeNanoseconds
        core.healMaximumInterval = healing.maximumInterval.wholeNanoseconds
        core.healMemory = healing.remembered
        core.healForgets = healing.forgetAfter?.wholeNanoseconds
        core.seedsNeedNames = requiresNodeNames
        core.memberLimit = maximumMembers
        core.payloadLimit = layers.payloadLimit(datagramSize: gossip.datagramSize, checksum: false)
        core.checksummedPayloadLimit = layers.payloadLimit(datagramSize: gossip.datagramSize, checksum: true)
        core.nativePayloadLimit = layers.nativePayloadLimit(datagramSize: gossip.datagramSize)
        core.capabilities = wire.capabilities
        core.usableCapabilities = layers.usableCapabilities
        core.asksAlive = asksAlive
        core.asksMerge = asksMerge
        return core
    }
}
