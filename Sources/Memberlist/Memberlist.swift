public import Logging
public import MemberlistCore
public import MemberlistWire
public import NIOCore
public import NIOPosix
public import ServiceLifecycle

/// A node of a gossip cluster: it finds the other members, tells them of itself, notices failures, and
/// carries the application's messages. It speaks HashiCorp's memberlist protocol.
///
/// ```swift
/// let node = try await Memberlist.create(.lan(name: "web-1"))
/// let events = node.events
/// await node.join(["10.0.0.1"])
/// for await event in events { … }
/// ```
///
/// A node is live when ``create(_:delegate:transport:logger:group:)`` returns, and goes on, held or not, until it is
/// ended: by ``run()``, as a service, or by ``leave(timeout:)`` and ``shutdown()``. Every method may be called
/// from any task, and from every hook.
public final class Memberlist: Service, Sendable {
    let node: RunningNode
    /// The keys, to be changed while the node runs; nil where the traffic is plain.
    public let keyring: ClusterKeyring?

    init(node: RunningNode) {
        self.node = node
        keyring = node.configuration.keyring.map { ClusterKeyring($0, of: node) }
    }

    /// Starts a node: its ports are bound and it answers when this returns.
    ///
    /// - Parameters:
    ///   - configuration: Checked first.
    ///   - delegate: The application's hooks; held as long as the node.
    ///   - transport: What carries the node's bytes, in place of UDP and TCP at the configuration's bind addresses. It
    ///     is this node's until the node is shut down.
    ///   - logger: Where the node's own words go: rarely, and at a bounded rate.
    ///   - group: The event loops. One of them runs the protocol, all of them the streams.
    /// - Throws: ``ConfigurationError``, a ``KeyringFileError`` where the keys cannot be read, or a
    ///   ``MemberlistError`` where a port cannot be bound or no address is known to advertise, or what the transport
    ///   throws. Nothing stays bound then.
    public static func create(
        _ configuration: MemberlistConfiguration,
        delegate: (any MemberlistDelegate)? = nil,
        transport: (any MemberlistTransport)? = nil,
        logger: Logger = Logger(label: "memberlist"),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async throws -> Memberlist {
        try configuration.validate()
        var configuration = configuration
        if configuration.keyring == nil, let file = configuration.keyringFile {
            configuration.keyring = try Keyring(file.read())
        }
        let node = try await NodeStarter(
            configuration: configuration,
            delegate: delegate,
            transport: transport,
            logger: logger,
            group: group
        ).start()
        return Memberlist(node: node)
    }

    // MARK: What this node knows

    /// Every member that this node knows of: itself, alive, suspect, and those that failed or left of late.
    /// In no particular order. A snapshot: it never waits.
    public var members: [Member] { node.snapshot.members }

    /// The member of that name, failed and left ones of late included.
    public func member(named name: NodeName) -> Member? {
        node.snapshot.member(named: name)
    }

    /// This node, as it tells others of itself.
    public var localMember: Member { node.snapshot.localMember }

    /// Where this node listens, which is not always what it tells others: with port 0, behind a translation of
    /// addresses, the port to forward to. The first where it listens at several addresses.
    public var boundEndpoint: Endpoint { node.bound }

    /// How well this node does: 0 is well; up to ``MemberlistConfiguration/Probe/healthMultiplier`` less one
    /// (Lifeguard).
    public var healthScore: Int { node.snapshot.healthScore }

    /// The gossip protocol's version that this node speaks.
    public var protocolVersion: UInt8 { node.configuration.protocolVersion }

    /// What happens from now on. Each access is a subscription of its own.
    public var events: MemberlistEvents { MemberlistEvents(node.events.subscribe()) }
}
