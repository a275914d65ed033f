package import MemberlistWire

/// The configuration as the layers of datagrams and streams take it.
package struct LayerSettings: Sendable {
    package let label: Label
    package let acceptedLabels: [Label]
    package let keyring: Keyring?
    /// The keyring where what is sent is to be encrypted.
    package let sealing: Keyring?
    package let verifiesIncoming: Bool
    package let acceptsPadded: Bool
    package let padded: Bool
    package let compression: Bool
    package let policy: WirePolicy
    package let name: NodeName

    package init(_ configuration: MemberlistConfiguration) throws(WireError) {
        label = try Label(configuration.label)
        acceptedLabels = try configuration.acceptedLabels.map { text throws(WireError) in try Label(text) }
        keyring = configuration.keyring
        sealing = configuration.verifiesOutgoing ? configuration.keyring : nil
        verifiesIncoming = configuration.verifiesIncoming
        padded = configuration.protocolVersion == 1
        acceptsPadded = configuration.acceptsPaddedEncryption || configuration.protocolVersion == 1
        compression = configuration.compression
        policy = configuration.wire
        name = configuration.name
    }

    /// What these layers use of what a member understands.
    package var usableCapabilities: Capabilities {
        var usable = policy.capabilities
        if sealing == nil { usable.remove(.encryption) }
        if !compression { usable.remove(.dictionary) }
        return usable
    }

    /// Whether what goes there is sealed natively.
    package func isNative(_ receiver: Receiver) -> Bool {
        sealing != nil && (policy == .native || receiver.capabilities.contains(.encryption))
    }

    package var streamSealer: StreamSealer {
        StreamSealer(
            label: label,
            keyring: sealing,
            compression: compression,
            padded: padded,
            policy: policy
        )
    }

    package func streamOpener(_ direction: StreamOpener.Direction) -> StreamOpener {
        StreamOpener(
            label: label,
            acceptedLabels: acceptedLabels,
            keyring: keyring,
            verifiesIncoming: verifiesIncoming,
            acceptsPadded: acceptsPadded,
            policy: policy,
            name: name,
            direction: direction
        )
    }

    /// - Parameter codecs: Those of the event loop.
    package func datagramSealer(_ codecs: DatagramCodecs = DatagramCodecs()) -> DatagramSealer {
        DatagramSealer(
            label: label,
            keyring: keyring,
            compression: compression,
            padded: padded,
            policy: policy,
            encryptsOutgoing: sealing != nil,
            codecs: codecs
        )
    }

    /// - Parameter codecs: Those of the event loop.
    package func datagramOpener(_ codecs: DatagramCodecs = DatagramCodecs()) -> DatagramOpener {
        DatagramOpener(
            label: label,
            acceptedLabels: acceptedLabels,
            keyring: keyring,
            verifiesIncoming: verifiesIncoming,
            acceptsPadded: acceptsPadded,
            policy: policy,
            name: name,
            codecs: codecs
        )
    }

    /// The largest payload whose datagram has at most `datagramSize` bytes.
    func payloadLimit(datagramSize: Int, checksum: Bool) -> Int {
        let native = nativePayloadLimit(datagramSize: datagramSize)
        if policy == .native, sealing != nil { return native }
        return DatagramLayout.maximumPayload(
            datagramSize: datagramSize,
            label: label,
            encrypted: sealing != nil,
            padded: padded,
            checksum: checksum
        )
    }

    /// The same under native encryption.
    func nativePayloadLimit(datagramSize: Int) -> Int {
        DatagramLayout.maximumNativePayload(datagramSize: datagramSize, label: label)
    }

    /// Bytes that one user message in a datagram may have: the type byte is the core's.
    package func messageLimit(datagramSize: Int) -> Int {
        var payload = min(
            payloadLimit(datagramSize: datagramSize, checksum: false),
            payloadLimit(datagramSize: datagramSize, checksum: true)
        )
        if usableCapabilities.contains(.encryption) {
            payload = min(payload, nativePayloadLimit(datagramSize: datagramSize))
        }
        return payload - CompoundWriter.headerCount - CompoundWriter.partOverhead - 1
    }
}
