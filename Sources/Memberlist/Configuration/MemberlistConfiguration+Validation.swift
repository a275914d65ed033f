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
        try validateMeta()
        try validateJoining()
    }

    private func validateIdentity() throws(ConfigurationError) {
        guard !name.isEmpty else {
            throw ConfigurationError(.nameEmpty, "name is \"\"; set 1 to \(Limits.name) bytes")
        }
        guard name.bytes.count <= Limits.name else {
            throw ConfigurationError(
                .nameTooLong,
                "name has \(name.bytes.count) bytes; set 1 to \(Limits.name)"
            )
        }
        try validatePorts()
        let labels = [("label", label)] + acceptedLabels.map { ("acceptedLabels", $0) }
        for (knob, label) in labels where label.utf8.count > Limits.label {
            throw ConfigurationError(
                .labelTooLong,
                "\(knob) has a label of \(label.utf8.count) bytes; set at most \(Limits.label)"
            )
        }
        try validateWire()
        try validateVersions()
    }

    private func validatePorts() throws(ConfigurationError) {
        guard 0...65_535 ~= bindPort else {
            throw ConfigurationError(
                .portOutOfRange,
                "bindPort is \(bindPort); set 1 to 65535, or 0 for any that is free"
            )
        }
        guard let advertisePort, !(1...65_535 ~= advertisePort) else { return }
        throw ConfigurationError(
            .portOutOfRange,
            "advertisePort is \(advertisePort); set 1 to 65535, or leave it out for the one listened at"
        )
    }

    private func validateWire() throws(ConfigurationError) {
        guard wire == .native else { return }
        var wrong: [String] = []
        if keyring == nil, keyringFile == nil { wrong.append("keyring and keyringFile are nil") }
        if !verifiesIncoming { wrong.append("verifiesIncoming is false") }
        if !verifiesOutgoing { wrong.append("verifiesOutgoing is false") }
        guard !wrong.isEmpty else { return }
        throw ConfigurationError(
            .nativeWithoutEncryption,
            "wire is native, which is encrypted always, and \(wrong.joined(separator: ", ")); set a keyring or "
                + "keyringFile, and verifiesIncoming and verifiesOutgoing to true, or wire to automatic"
        )
    }

    private func validateVersions() throws(ConfigurationError) {
        guard Self.protocolVersions ~= protocolVersion else {
            let (first, last) = (Self.protocolVersions.lowerBound, Self.protocolVersions.upperBound)
            throw ConfigurationError(
                .protocolVersionOutOfRange,
                "protocolVersion is \(protocolVersion); set \(first) to \(last), 2 as a rule"
            )
        }
        let versions = delegateVersions
        guard versions.minimum <= versions.current, versions.current <= versions.maximum else {
            throw ConfigurationError(
                .delegateVersionsOutOfOrder,
                "delegateVersions.minimum is \(versions.minimum), delegateVersions.current \(versions.current) and "
                    + "delegateVersions.maximum \(versions.maximum); set minimum <= current <= maximum"
            )
        }
    }

    private func validateTimes() throws(ConfigurationError) {
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
        for (knob, duration) in mayBeZero where !(.zero...Self.longest ~= duration) {
            throw ConfigurationError(
                .durationOutOfRange,
                "\(knob) is \(duration); set zero to \(Self.longest)"
            )
        }
        for (knob, duration) in positive where duration <= .zero || duration > Self.longest {
            throw ConfigurationError(
                .durationOutOfRange,
                "\(knob) is \(duration); set more than zero, at most \(Self.longest)"
            )
        }
        guard probe.interval == .zero || probe.timeout < probe.interval else {
            throw ConfigurationError(
                .probeTimeoutNotBelowInterval,
                "probe.timeout is \(probe.timeout) and must be below probe.interval, which is \(probe.interval), or "
                    + "helpers and the stream fallback get no time; set probe.timeout to half of it"
            )
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
            throw ConfigurationError(
                .countOutOfRange,
                "\(knob) is \(count); set \(range.lowerBound) to \(range.upperBound)"
            )
        }
        guard 1...Limits.bindHosts ~= bindHosts.count else {
            throw ConfigurationError(
                .countOutOfRange,
                "bindHosts has \(bindHosts.count) addresses; set 1 to \(Limits.bindHosts)"
            )
        }
        if let value = metrics.labels[""] {
            throw ConfigurationError(
                .labelNameEmpty,
                "metrics.labels has \"=\(value.printable)\", a label without a name; set name=value"
            )
        }
        guard Limits.datagramSizes ~= gossip.datagramSize else {
            throw ConfigurationError(
                .datagramSizeOutOfRange,
                "gossip.datagramSize is \(gossip.datagramSize); set \(Limits.datagramSizes.lowerBound) to "
                    + "\(Limits.datagramSizes.upperBound)"
            )
        }
    }

    private func validateMeta() throws(ConfigurationError) {
        guard 0...largestMetaLimit ~= metaLimit else {
            throw ConfigurationError(
                .metaLimitOutOfRange,
                "metaLimit is \(metaLimit); set 0 to \(largestMetaLimit), or a larger gossip.datagramSize"
            )
        }
        guard meta.count <= metaLimit else {
            throw ConfigurationError(
                .metaTooLong,
                "meta has \(meta.count) bytes; set at most \(metaLimit), or a larger metaLimit in all nodes"
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
