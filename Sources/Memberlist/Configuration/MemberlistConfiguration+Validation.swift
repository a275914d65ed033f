internal import MemberlistCore
internal import MemberlistWire

extension MemberlistConfiguration {
    /// Checks every rule that the values must keep; ``Memberlist/create(_:delegate:transport:logger:group:)`` does too.
    ///
    /// - Throws: ``ConfigurationError``, whose message says what to set.
    public func validate() throws(ConfigurationError) {
        try validateIdentity()
        try validateTimes()
        try validateHealing()
        try validateCounts()
        try validateJoining()
    }

    private func validateIdentity() throws(ConfigurationError) {
        guard !name.isEmpty else {
            throw ConfigurationError(.nameEmpty, "the node's name is empty; set name")
        }
        guard name.bytes.count <= Limits.name else {
            throw ConfigurationError(
                .nameTooLong,
                "the name has \(name.bytes.count) bytes; set one of at most \(Limits.name)"
            )
        }
        guard 0...65_535 ~= bindPort, 1...65_535 ~= advertisePort ?? 1 else {
            throw ConfigurationError(
                .portOutOfRange,
                "set bindPort to 0...65535 (0: any) and advertisePort to 1...65535"
            )
        }
        guard meta.count <= metaLimit else {
            throw ConfigurationError(
                .metaTooLong,
                "meta has \(meta.count) bytes; set one of at most \(metaLimit), or a larger metaLimit in all nodes"
            )
        }
        for label in [label] + acceptedLabels where label.utf8.count > Limits.label {
            throw ConfigurationError(
                .labelTooLong,
                "a label has \(label.utf8.count) bytes; set label and acceptedLabels to at most \(Limits.label)"
            )
        }
        let hasKeys = keyring != nil || keyringFile != nil
        guard wire != .native || (hasKeys && verifiesIncoming && verifiesOutgoing) else {
            throw ConfigurationError(
                .nativeWithoutEncryption,
                "wire is native, which is encrypted always: set a keyring, verifiesIncoming and verifiesOutgoing, "
                    + "or wire to automatic"
            )
        }
        guard 1...5 ~= protocolVersion else {
            throw ConfigurationError(
                .protocolVersionOutOfRange,
                "protocolVersion is \(protocolVersion); set 1 to 5, 2 as a rule"
            )
        }
        let versions = delegateVersions
        guard versions.minimum <= versions.current, versions.current <= versions.maximum else {
            throw ConfigurationError(
                .delegateVersionsOutOfOrder,
                "delegateVersions is \(versions.minimum), \(versions.current), \(versions.maximum); set minimum <= current <= maximum"
            )
        }
    }

    private func validateTimes() throws(ConfigurationError) {
        guard probe.interval == .zero || probe.timeout < probe.interval else {
            throw ConfigurationError(
                .probeTimeoutNotBelowInterval,
                "probe.timeout (\(probe.timeout)) must be below probe.interval (\(probe.interval)), or "
                    + "helpers and the stream fallback get no time; set probe.timeout to half of it"
            )
        }
        let mayBeZero = [
            ("probe.interval", probe.interval), ("gossip.interval", gossip.interval),
            ("gossip.toTheDead", gossip.toTheDead), ("gossip.pushPullInterval", gossip.pushPullInterval),
            ("deadNodeReclaim", deadNodeReclaim ?? .zero), ("healing.interval", healing.interval),
            ("healing.forgetAfter", healing.forgetAfter ?? .zero),
            ("metrics.queueCheckInterval", metrics.queueCheckInterval),
        ]
        let positive = [
            ("probe.timeout", probe.timeout), ("streams.timeout", streams.timeout),
            ("healing.maximumInterval", healing.maximumInterval), ("joinTimeout", joinTimeout),
            ("leaveTimeout", leaveTimeout), ("hookTimeout", hookTimeout),
        ]
        for (knob, duration) in mayBeZero + positive where duration < .zero || duration > Self.longest {
            throw ConfigurationError(
                .durationOutOfRange,
                "\(knob) is \(duration); set zero to \(Self.longest)"
            )
        }
        for (knob, duration) in positive where duration == .zero {
            throw ConfigurationError(.durationOutOfRange, "\(knob) is zero; set more")
        }
    }

    private func validateHealing() throws(ConfigurationError) {
        guard healing.interval <= healing.maximumInterval else {
            throw ConfigurationError(
                .durationOutOfRange,
                "healing.interval is \(healing.interval); set at most healing.maximumInterval, "
                    + "\(healing.maximumInterval)"
            )
        }
    }

    private func validateCounts() throws(ConfigurationError) {
        let counts: [(String, Int, ClosedRange<Int>)] = [
            ("the number of bindHosts", bindHosts.count, 1...Limits.bindHosts),
            ("probe.indirectChecks", probe.indirectChecks, 0...64),
            ("probe.healthMultiplier", probe.healthMultiplier, 1...64),
            ("suspicion.multiplier", suspicion.multiplier, 1...1_000),
            ("suspicion.maximumMultiplier", suspicion.maximumMultiplier, 1...1_000),
            ("gossip.nodes", gossip.nodes, 0...64),
            ("gossip.retransmitMultiplier", gossip.retransmitMultiplier, 1...64),
            ("broadcasts.share", broadcasts.share, 1...99),
            ("broadcasts.maximumCount", broadcasts.maximumCount, 1...1_048_576),
            ("broadcasts.maximumBytes", broadcasts.maximumBytes, 65_536...1_073_741_824),
            ("broadcasts.membershipCount", broadcasts.membershipCount, 16...1_048_576),
            ("broadcasts.membershipBytes", broadcasts.membershipBytes, 65_536...1_073_741_824),
            ("streams.maximumInbound", streams.maximumInbound, 1...65_536),
            ("hookQueue", hookQueue, 1...1_048_576),
            ("eventBuffer", eventBuffer, 1...1_048_576),
            ("healing.remembered", healing.remembered, 0...65_536),
            ("maximumMembers", maximumMembers, 2...Limits.pushPullNodes),
        ]
        for (knob, count, range) in counts where !(range ~= count) {
            throw ConfigurationError(.countOutOfRange, "\(knob) is \(count); set \(range)")
        }
        guard !metrics.labels.keys.contains("") else {
            throw ConfigurationError(
                .labelNameEmpty,
                "metrics.labels has a label without a name; set name=value"
            )
        }
        guard Limits.datagramSizes ~= gossip.datagramSize else {
            throw ConfigurationError(
                .datagramSizeOutOfRange,
                "gossip.datagramSize is \(gossip.datagramSize); set \(Limits.datagramSizes)"
            )
        }
        guard 0...largestMetaLimit ~= metaLimit else {
            throw ConfigurationError(
                .metaLimitOutOfRange,
                "metaLimit is \(metaLimit); set 0...\(largestMetaLimit), or a larger gossip.datagramSize"
            )
        }
    }

    /// What an alive with the longest name leaves of the smallest payload that a datagram of this node may have:
    /// a member that did not fit could not be told of.
    private var largestMetaLimit: Int {
        guard let label = try? Label(label) else { return 0 }
        let size = gossip.datagramSize
        let payload = min(
            DatagramLayout.maximumNativePayload(datagramSize: size, label: label),
            DatagramLayout.maximumPayload(
                datagramSize: size,
                label: label,
                encrypted: true,
                padded: protocolVersion == 1,
                checksum: true
            )
        )
        let part = payload - CompoundWriter.headerCount - CompoundWriter.partOverhead
        return max(0, part - Limits.aliveOverhead - Limits.name - Self.versionBytes)
    }

    /// The six versions and the capabilities.
    private static let versionBytes = 7
    private static let longest: Duration = .seconds(365 * 24 * 3600)
}
