internal import MemberlistCore
internal import MemberlistWire
internal import NIOCore

/// What every part of a node may use, from any thread.
final class NodeShared: Sendable {
    let configuration: MemberlistConfiguration
    let layers: LayerSettings
    let log: NodeLog
    let metrics = NodeMetrics()
    let events: EventHub

    init(configuration: MemberlistConfiguration, layers: LayerSettings, log: NodeLog) {
        self.configuration = configuration
        self.layers = layers
        self.log = log
        events = EventHub(capacity: configuration.eventBuffer)
    }
}

/// The configuration as the layers of datagrams and streams take it.
struct LayerSettings: Sendable {
    let label: Label
    let keyring: Keyring?
    /// The keyring where what is sent is to be encrypted.
    let sealing: Keyring?
    let verifiesIncoming: Bool
    let acceptsPadded: Bool
    let padded: Bool
    let compression: Bool

    init(_ configuration: MemberlistConfiguration) throws(WireError) {
        label = try Label(configuration.label)
        keyring = configuration.keyring
        sealing = configuration.verifiesOutgoing ? configuration.keyring : nil
        verifiesIncoming = configuration.verifiesIncoming
        padded = configuration.protocolVersion == 1
        acceptsPadded = configuration.acceptsPaddedEncryption || configuration.protocolVersion == 1
        compression = configuration.compression
    }

    var streamSealer: StreamSealer {
        StreamSealer(label: label, keyring: sealing, compression: compression, padded: padded)
    }

    func streamOpener(_ direction: StreamOpener.Direction) -> StreamOpener {
        StreamOpener(
            label: label,
            keyring: keyring,
            verifyIncoming: verifiesIncoming,
            acceptsPadded: acceptsPadded,
            direction: direction
        )
    }
}

extension Instant {
    /// NIO's clock: monotonic, from the start of the machine.
    static var now: Instant { Instant(NIODeadline.now()) }

    init(_ deadline: NIODeadline) {
        self.init(nanoseconds: Int64(clamping: deadline.uptimeNanoseconds))
    }

    var deadline: NIODeadline { .uptimeNanoseconds(UInt64(clamping: nanoseconds)) }
}

extension NIODeadline {
    static func after(_ duration: Duration) -> NIODeadline {
        .now() + .nanoseconds(duration.wholeNanoseconds)
    }
}
