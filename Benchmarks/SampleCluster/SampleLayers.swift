package import MemberlistWire

/// All layers of a datagram, as a node of HashiCorp's dialect has them, and of the native one where the receiver
/// understands it.
package enum SampleLayers {
    package static func sealer(_ label: String, _ ring: Keyring, compresses: Bool) throws -> DatagramSealer {
        DatagramSealer(label: try Label(label), keyring: ring, compression: compresses, padded: false)
    }

    package static func opener(_ label: String, _ ring: Keyring, name: NodeName = "b") throws
        -> DatagramOpener
    {
        DatagramOpener(
            label: try Label(label),
            keyring: ring,
            verifiesIncoming: true,
            acceptsPadded: false,
            name: name
        )
    }
}
