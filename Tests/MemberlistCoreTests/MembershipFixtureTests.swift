import MemberlistCore
import MemberlistWire
import Testing

@testable import FixtureSupport

/// One node's table against traces of HashiCorp's, operation by operation.
@Suite struct MembershipFixtureTests {
    @Test func everyTraceEndsEachOperationInTheSameState() throws {
        for trace in try Fixtures.lines("membership.jsonl", as: MembershipTrace.self) {
            var node = try MembershipTraceNode(trace)
            for (index, operation) in trace.ops.enumerated() {
                node.apply(operation)
                let place = "trace \(trace.trace), operation \(index) (\(operation.op))"
                #expect(node.nodes == operation.after.nodes, "\(place)")
                #expect(node.takeEvents() == operation.after.events, "\(place)")
                #expect(node.confirmations == operation.after.confirmations, "\(place)")
                #expect(node.healthScore == operation.after.healthScore, "\(place)")
                #expect(node.queuedAboutOthers == operation.after.queuedAboutOthers.sorted(), "\(place)")
            }
        }
    }
}

/// The core under such a trace: timers off, the application's decisions given at once.
struct MembershipTraceNode {
    private var core: GossipProtocol
    private let localName: NodeName
    private var now = Instant(nanoseconds: 0)
    private var events: [MembershipTrace.Event] = []

    init(_ trace: MembershipTrace) throws {
        localName = NodeName(trace.localNode)
        let address = try #require(IPAddress("127.0.0.1"))
        var configuration = ProtocolConfiguration(
            name: localName,
            endpoint: Endpoint(address: address, port: 7946)
        )
        configuration.suspicionMultiplier = trace.suspicionMult
        configuration.deadNodeReclaim = trace.deadNodeReclaim ? 1 : nil
        configuration.asksAlive = trace.aliveDelegateRefusesNamesStartingWithZ
        core = GossipProtocol(configuration: configuration, seed: 1, at: now)
    }

    mutating func apply(_ operation: MembershipTrace.Operation) {
        now = now.advanced(byNanoseconds: 1_000)
        let sender = core.localMember.endpoint
        for message in operation.messages where operation.op != "merge" {
            core.handle(.messageReceived(Self.message(message, operation.op), from: sender), at: now)
            drain()
        }
        if operation.op == "merge" {
            core.merge(NodeStates(operation.messages.map(Self.state)), at: now)
            drain()
        }
    }

    private mutating func drain() {
        while let directive = core.nextDirective() {
            switch directive {
            case .decideAlive(let id, let member):
                let allowed = !member.name.description.hasPrefix("z")
                core.handle(.aliveDecided(id, allowed: allowed), at: now)
            case .memberChanged(let member, .joined, _): record("join", member, meta: true)
            case .memberChanged(let member, .updated, _): record("update", member, meta: true)
            case .memberChanged(let member, .failed, _), .memberChanged(let member, .left, _):
                record("leave", member, meta: true)
            case .conflict(_, let claimed): record("conflict", claimed, meta: false)
            default: break
            }
        }
    }

    private mutating func record(_ event: String, _ member: Member, meta: Bool) {
        events.append(
            MembershipTrace.Event(
                event: event,
                name: member.name.description,
                addr: hex(member.endpoint.address.bytes),
                port: member.endpoint.port,
                meta: meta ? hex(member.meta) : nil
            )
        )
    }

    mutating func takeEvents() -> [MembershipTrace.Event] {
        defer { events = [] }
        return events
    }

    var nodes: [MembershipTrace.Node] {
        core.members.sorted { $0.name < $1.name }.map { member in
            MembershipTrace.Node(
                name: member.name.description,
                addr: hex(member.endpoint.address.bytes),
                port: member.endpoint.port,
                meta: hex(member.meta),
                state: member.state.rawValue,
                vsn: hex(member.versions.bytes),
                incarnation: member.incarnation
            )
        }
    }

    var confirmations: [String: Int] {
        Dictionary(
            uniqueKeysWithValues: core.suspicions.map { ($0.name.description, $0.confirmations) }
        )
    }

    var healthScore: Int { core.healthScore }

    var queuedAboutOthers: [String] {
        core.queuedMembershipBroadcasts.filter { $0.name != localName }.map { Hex.text($0.payload) }.sorted()
    }

    private func hex(_ bytes: [UInt8]) -> Hex { Hex(bytes) }

    private static func bytes(_ hex: Hex?) -> WireBytes {
        guard let bytes = hex?.bytes, !bytes.isEmpty else { return .null }
        return WireBytes(bytes)
    }

    private static func message(_ message: MembershipTrace.Message, _ op: String) -> Message {
        let node = NodeName(message.node ?? "")
        let from = NodeName(message.from ?? "")
        switch op {
        case "suspect":
            return .suspect(Suspect(incarnation: message.incarnation, node: node, from: from))
        case "dead":
            return .dead(Dead(incarnation: message.incarnation, node: node, from: from))
        default:
            return .alive(
                Alive(
                    incarnation: message.incarnation,
                    node: node,
                    address: bytes(message.addr),
                    port: message.port ?? 0,
                    meta: bytes(message.meta),
                    versions: bytes(message.vsn)
                )
            )
        }
    }

    private static func state(_ message: MembershipTrace.Message) -> PushNodeState {
        PushNodeState(
            name: NodeName(message.name ?? ""),
            address: bytes(message.addr),
            port: message.port ?? 0,
            meta: bytes(message.meta),
            incarnation: message.incarnation,
            state: message.state ?? 0,
            versions: bytes(message.vsn)
        )
    }
}
