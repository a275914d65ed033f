import Memberlist

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// An event and its time as one JSON object.
struct EventJSON: Encodable {
    let event: AgentEvent
    let at: Date

    enum Key: String, CodingKey {
        case event, at, id, name, nameBase64, address, claimedAddress, from, reason
        case meta, metaBase64, payload, payloadBase64
        case members, state, command, ok, message, results, error, milliseconds, score, heard, told, answered,
            keys
        case usage, key, primary, sealed, opened, clusterSeals, idleSeconds, latest, peers
        case evidence
        case permissive, quiet, others, windowSeconds, kind, count
    }

    /// One line, without its end.
    static func line(_ event: AgentEvent, at: Date) -> String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(EventJSON(event: event, at: at))).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(at.rfc3339, forKey: .at)
        try container.encode(event.word, forKey: .event)
        switch event {
        case .ready(let name, let address):
            try container.encode(name)
            try container.encode(address.description, forKey: .address)
        case .join(let member), .update(let member):
            try container.encode(member)
        case .leave(let member, let reason, let evidence):
            try container.encode(member)
            try container.encode(reason.rawValue, forKey: .reason)
            try container.encodeIfPresent(evidence, forKey: .evidence)
        case .message(let payload, let from):
            try container.encode(payload, text: .payload, base64: .payloadBase64)
            try container.encodeIfPresent(from?.description, forKey: .from)
        case .conflict(let existing, let claimed):
            try container.encode(existing)
            try container.encode(claimed.endpoint.description, forKey: .claimedAddress)
        case .members(let members, let id):
            try container.encode(members.map(MemberJSON.init), forKey: .members)
            try container.encodeIfPresent(id, forKey: .id)
        case .keyring(let keys):
            try container.encode(keys.map(\.description), forKey: .keys)
        case .result(let result):
            try container.encode(result)
        case .error(let fault):
            try container.encodeIfPresent(fault.id, forKey: .id)
            try container.encodeIfPresent(fault.word?.rawValue, forKey: .command)
            try container.encode(fault.message, forKey: .message)
        }
    }
}

/// A row of `members`.
private struct MemberJSON: Encodable {
    let member: Member

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: EventJSON.Key.self)
        try container.encode(member)
        try container.encode(member.state.word, forKey: .state)
    }
}

private struct JoinJSON: Encodable {
    let join: CommandResult.Join

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: EventJSON.Key.self)
        try container.encode(join.address, forKey: .address)
        switch join.outcome {
        case .members(let count):
            try container.encode(true, forKey: .ok)
            try container.encode(count, forKey: .members)
        case .failed(let reason):
            try container.encode(false, forKey: .ok)
            try container.encode(reason, forKey: .error)
        }
    }
}

extension KeyedEncodingContainer<EventJSON.Key> {
    fileprivate mutating func encode(_ name: NodeName) throws {
        try encode(name.description, forKey: .name)
        if String(validating: name.bytes, as: UTF8.self) == nil {
            try encode(Data(name.bytes).base64EncodedString(), forKey: .nameBase64)
        }
    }

    fileprivate mutating func encode(_ member: Member) throws {
        try encode(member.name)
        try encode(member.endpoint.description, forKey: .address)
        try encode(member.meta, text: .meta, base64: .metaBase64)
    }

    /// Bytes as text; as base64 under another key where they are not UTF-8.
    fileprivate mutating func encode(_ bytes: [UInt8], text: Key, base64: Key) throws {
        if let value = String(validating: bytes, as: UTF8.self) {
            try encode(value, forKey: text)
        } else {
            try encode(Data(bytes).base64EncodedString(), forKey: base64)
        }
    }

    fileprivate mutating func encode(_ result: CommandResult) throws {
        try encodeIfPresent(result.id, forKey: .id)
        try encode(result.word.rawValue, forKey: .command)
        try encode(result.isSuccess, forKey: .ok)
        switch result.detail {
        case .none: break
        case .join(let joins): try encode(joins.map(JoinJSON.init), forKey: .results)
        case .ping(let milliseconds): try encode(milliseconds, forKey: .milliseconds)
        case .health(let score): try encode(score, forKey: .score)
        case .keys(let usage): try encode(usage.map(KeyJSON.init), forKey: .usage)
        case .rollout(let traffic): try encode(traffic)
        case .leave(let told, let heard):
            try encode(heard > 0, forKey: .heard)
            try encode(heard, forKey: .answered)
            try encode(told, forKey: .told)
        }
    }
}
