public import MemberlistWire
internal import Synchronization

/// What an application's hooks may ask of their node, as they would of their `Memberlist`. It may be held by a
/// delegate, which a ``Simulation`` may not.
///
/// ```swift
/// let simulation = try Simulation(nodes: 5, seed: 42) { _, _ in } delegates: { services[$0] }
/// for node in simulation.nodes { services[node.index].use(node.handle) }
/// ```
///
/// What is asked is done once the hooks that are due have returned, at the same moment of virtual time and in the
/// order of asking.
public final class NodeHandle: Sendable {
    enum Request: Sendable {
        case broadcast([UInt8], NodeName?)
        case send([UInt8], NodeName)
        case sendReliably([UInt8], NodeName)
        case update([UInt8])
        case leave
    }

    private let requests = Mutex<[Request]>([])

    init() {}

    /// Broadcasts a message to all members; one of the same name that still waits is replaced.
    public func broadcast(_ payload: [UInt8], name: NodeName? = nil) {
        ask(.broadcast(payload, name?.owned()))
    }
    /// Sends a message in one datagram, which may be lost.
    public func send(_ payload: [UInt8], to member: NodeName) { ask(.send(payload, member.owned())) }
    /// Sends a message over a stream, to a node of the simulation's.
    public func sendReliably(_ payload: [UInt8], to member: NodeName) {
        ask(.sendReliably(payload, member.owned()))
    }
    /// Changes the application's own bytes about the node: 512 at most.
    public func update(meta: [UInt8]) { ask(.update(meta)) }
    /// Says that the node leaves; its process ends once it was heard.
    public func leave() { ask(.leave) }

    private func ask(_ request: Request) { requests.withLock { $0.append(request) } }

    func take() -> [Request] {
        requests.withLock { requests in
            defer { requests = [] }
            return requests
        }
    }
}

extension SimulatedNode {
    /// What may be given to the node's delegate, for its hooks to call.
    public var handle: NodeHandle {
        let host = simulation.world.hosts[index]
        if let handle = host.handle { return handle }
        let handle = NodeHandle()
        host.handle = handle
        return handle
    }

    func perform(_ request: NodeHandle.Request) {
        switch request {
        case .broadcast(let payload, let name): broadcast(payload, name: name)
        case .send(let payload, let member): send(payload, to: member)
        case .sendReliably(let payload, let member):
            if let other = simulation.state.node(named: member) {
                sendReliably(payload, to: simulation[other])
            }
        case .update(let meta): update(meta: meta)
        case .leave: leave()
        }
    }
}
