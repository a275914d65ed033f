internal import MemberlistCore
internal import MemberlistWire

extension MemberlistConfiguration {
    /// Checks every rule that the values must keep; ``Memberlist/create(_:delegate:logger:group:)`` does too.
    ///
    /// - Throws: ``ConfigurationError``, whose message says what to set.
    public func validate() throws(ConfigurationError) {
        try validateIdentity()
        try validateTimes()
        try validateCounts()
    }

    private func validateIdentity() throws(ConfigurationError) {
        guard !name.isEmpty else {
            throw ConfigurationError(.nameEmpty, "the node's name is empty; set name")
        }
        guard name.bytes.count <= Self.maximumNameBytes else {
            throw ConfigurationError(
                .nameTooLong,
                "the name has \(name.bytes.count) bytes; set one of at most \(Self.maximumNameBytes)"
            )
        }
        guard 0...65_535 ~= bindPort, 1...65_535 ~= advertisePort ?? 1 else {
            throw ConfigurationError(
                .portOutOfRange,
                "set bindPort to 0...65535 (0: any) and advertisePort to 1...65535"
            )
        }
        guard meta.count <= CoreLimits.meta else {
            throw ConfigurationError(
                .metaTooLong,
                "meta has \(meta.count) bytes; the limit is \(CoreLimits.meta)"
            )
        }
        guard label.utf8.count <= WireLimits.label else {
            throw ConfigurationError(
                .labelTooLong,
                "the label has \(label.utf8.count) bytes; the limit is \(WireLimits.label)"
            )
        }
        guard wire != .native || (keyring != nil && verifiesIncoming && verifiesOutgoing) else {
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
                "set delegateVersions so that minimum <= current <= maximum"
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
            ("deadNodeReclaim", deadNodeReclaim ?? .zero),
        ]
        let positive = [
            ("probe.timeout", probe.timeout), ("streams.timeout", streams.timeout),
            ("joinTimeout", joinTimeout), ("leaveTimeout", leaveTimeout), ("hookTimeout", hookTimeout),
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

    private func validateCounts() throws(ConfigurationError) {
        let counts: [(String, Int, ClosedRange<Int>)] = [
            ("probe.indirectChecks", probe.indirectChecks, 0...64),
            ("probe.healthMultiplier", probe.healthMultiplier, 1...64),
            ("suspicion.multiplier", suspicion.multiplier, 1...1_000),
            ("suspicion.maximumMultiplier", suspicion.maximumMultiplier, 1...1_000),
            ("gossip.nodes", gossip.nodes, 0...64),
            ("gossip.retransmitMultiplier", gossip.retransmitMultiplier, 1...64),
            ("streams.maximumInbound", streams.maximumInbound, 1...65_536),
            ("eventBuffer", eventBuffer, 1...1_048_576),
        ]
        for (knob, count, range) in counts where !(range ~= count) {
            throw ConfigurationError(.countOutOfRange, "\(knob) is \(count); set \(range)")
        }
        // An alive with the largest name and metadata must fit, or this node could not be told of.
        guard Self.datagramSizes ~= gossip.datagramSize else {
            throw ConfigurationError(
                .datagramSizeOutOfRange,
                "gossip.datagramSize is \(gossip.datagramSize); set \(Self.datagramSizes)"
            )
        }
    }

    static let maximumNameBytes = 255
    private static let longest: Duration = .seconds(365 * 24 * 3600)
    private static let datagramSizes = 1_200...65_507
}
