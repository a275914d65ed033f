import FixtureSupport
import Foundation

@testable import MemberlistWire

/// The fields of a message as the vectors write them: byte fields in hex, names as text in which bytes that
/// are not UTF-8 show as replacement characters. A field that the message has not is nil.
struct FixtureValue: Decodable, Equatable {
    var sequence: UInt32?
    var node: String?
    var name: String?
    var from: String?
    var sourceAddress: String?
    var sourceNode: String?
    var sourcePort: UInt16?
    var target: String?
    var port: UInt16?
    var nack: Bool?
    var payload: String?
    var incarnation: UInt32?
    var address: String?
    var meta: String?
    var versions: String?
    var state: Int?
    var nodes: Int?
    var userStateLength: Int?
    var join: Bool?
    var error: String?

    enum CodingKeys: String, CodingKey {
        case sequence = "SeqNo"
        case node = "Node"
        case name = "Name"
        case from = "From"
        case sourceAddress = "SourceAddr"
        case sourceNode = "SourceNode"
        case sourcePort = "SourcePort"
        case target = "Target"
        case port = "Port"
        case nack = "Nack"
        case payload = "Payload"
        case incarnation = "Incarnation"
        case address = "Addr"
        case meta = "Meta"
        case versions = "Vsn"
        case state = "State"
        case nodes = "Nodes"
        case userStateLength = "UserStateLen"
        case join = "Join"
        case error = "Error"
    }

    init() {}

    init(_ message: Message) throws {
        self.init()
        switch message {
        case .ping(let ping): self = FixtureValue(ping)
        case .indirectPing(let ping): self = FixtureValue(ping)
        case .ack(let ack):
            sequence = ack.sequence
            payload = Hex.text(ack.payload.bytes)
        case .nack(let nack): sequence = nack.sequence
        case .suspect(let suspect):
            incarnation = suspect.incarnation
            node = suspect.node.description
            from = suspect.from.description
        case .dead(let dead):
            incarnation = dead.incarnation
            node = dead.node.description
            from = dead.from.description
        case .alive(let alive): self = FixtureValue(alive)
        case .user: throw UnknownKind(kind: "user")
        }
    }

    init(_ ping: Ping) {
        sequence = ping.sequence
        node = ping.node.description
        sourceAddress = Hex.text(ping.sourceAddress.bytes)
        sourceNode = ping.sourceNode.description
        sourcePort = ping.sourcePort
    }

    init(_ ping: IndirectPing) {
        sequence = ping.sequence
        target = Hex.text(ping.target.bytes)
        port = ping.port
        node = ping.node.description
        nack = ping.wantsNack
        sourceAddress = Hex.text(ping.sourceAddress.bytes)
        sourceNode = ping.sourceNode.description
        sourcePort = ping.sourcePort
    }

    init(_ alive: Alive) {
        incarnation = alive.incarnation
        node = alive.node.description
        address = Hex.text(alive.address.bytes)
        port = alive.port
        meta = Hex.text(alive.meta.bytes)
        versions = Hex.text(alive.versions.bytes)
    }

    init(_ node: PushNodeState) {
        name = node.name.description
        address = Hex.text(node.address.bytes)
        port = node.port
        meta = Hex.text(node.meta.bytes)
        incarnation = node.incarnation
        state = node.state
        versions = Hex.text(node.versions.bytes)
    }

    init(_ header: PushPullHeader) {
        nodes = header.nodes
        userStateLength = header.userStateLength
        join = header.join
    }
}

struct UnknownKind: Error {
    let kind: String
}

extension MessageType {
    /// The type that the vectors name so.
    init(fixture kind: String) throws {
        switch kind {
        case "ping": self = .ping
        case "indirectPing": self = .indirectPing
        case "ackResp": self = .ack
        case "nackResp": self = .nack
        case "suspect": self = .suspect
        case "dead": self = .dead
        case "alive": self = .alive
        case "err": self = .error
        default: throw UnknownKind(kind: kind)
        }
    }
}

extension FixtureValue {
    /// The message of these fields; nil for a name that JSON could not carry. Whether an empty byte field is
    /// null stands in no value, so that alone is taken from the bytes: key, then `c0`.
    func message(kind: String, nullFieldsAsIn original: [UInt8]) throws -> Message? {
        let names = [node, name, from, sourceNode].compactMap { $0 }
        guard !names.contains(where: { $0.unicodeScalars.contains("\u{fffd}") }) else { return nil }
        func bytes(_ hex: String?, _ key: String) throws -> WireBytes {
            let null = Array(key.utf8) + [0xc0]
            let isNull = original.indices.contains { original[$0...].starts(with: null) }
            return isNull ? .null : WireBytes(try Hex(hex ?? "").bytes)
        }
        let node = NodeName(self.node ?? "")
        let source = NodeName(sourceNode ?? "")
        let sequence = self.sequence ?? 0
        let incarnation = self.incarnation ?? 0
        let from = NodeName(self.from ?? "")
        switch try MessageType(fixture: kind) {
        case .ping:
            var ping = Ping(sequence: sequence, node: node, sourcePort: sourcePort ?? 0, sourceNode: source)
            ping.sourceAddress = try bytes(sourceAddress, "SourceAddr")
            return .ping(ping)
        case .indirectPing:
            var ping = IndirectPing(sequence: sequence, port: port ?? 0, node: node, wantsNack: nack ?? false)
            ping.target = try bytes(target, "Target")
            ping.sourceAddress = try bytes(sourceAddress, "SourceAddr")
            ping.sourcePort = sourcePort ?? 0
            ping.sourceNode = source
            return .indirectPing(ping)
        case .ack: return try .ack(Ack(sequence: sequence, payload: bytes(payload, "Payload")))
        case .nack: return .nack(Nack(sequence: sequence))
        case .suspect: return .suspect(Suspect(incarnation: incarnation, node: node, from: from))
        case .dead: return .dead(Dead(incarnation: incarnation, node: node, from: from))
        case .alive:
            var alive = Alive(incarnation: incarnation, node: node, port: port ?? 0)
            alive.address = try bytes(address, "Addr")
            alive.meta = try bytes(meta, "Meta")
            alive.versions = try bytes(versions, "Vsn")
            return .alive(alive)
        default: return nil
        }
    }
}
