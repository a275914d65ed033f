import Memberlist

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// An event and its time as a line for people.
enum EventText {
    static func line(_ event: AgentEvent, at: Date) -> String {
        "\(at.rfc3339) \(event.word)\(rest(event))"
    }

    private static func rest(_ event: AgentEvent) -> String {
        switch event {
        case .ready(let name, let address): " \(text(name)) at \(address)"
        case .join(let member), .update(let member): text(member)
        case .leave(let member, let reason, let evidence):
            text(member) + " (\(reason.rawValue))" + (evidence.map { ": \($0)" } ?? "")
        case .message(let payload, let from):
            (from.map { " from \($0)" } ?? "") + " \(quoted(payload))"
        case .conflict(let existing, let claimed):
            "\(text(existing)): \(claimed.endpoint) claims the same name"
        case .members(let members, let id):
            "\(text(id)) \(members.count)"
                + members.map { "\n    \($0.state.word)\(text($0))" }.joined()
        case .keyring(let keys): keys.map { " \($0)" }.joined() + ", the first one primary"
        case .result(let result):
            " \(result.word.rawValue)\(text(result.id)) \(result.isSuccess ? "ok" : "failed")\(text(result.detail))"
        case .error(let fault):
            (fault.word.map { " \($0.rawValue)" } ?? "") + "\(text(fault.id)): \(fault.message.printable)"
        }
    }

    private static func text(_ member: Member) -> String {
        let meta = member.meta.isEmpty ? "" : " meta \(quoted(member.meta))"
        return " \(text(member.name)) \(member.endpoint)\(meta)"
    }

    private static func text(_ detail: CommandResult.Detail) -> String {
        switch detail {
        case .none: ""
        case .join(let joins): joins.map { ", \($0.address): \(text($0.outcome))" }.joined()
        case .ping(let milliseconds): " in \(milliseconds) ms"
        case .health(let score): ", score \(score)"
        case .keys(let usage): usage.map(KeyText.lines).joined()
        case .rollout(let traffic): RolloutText.lines(traffic)
        case .leave(let told, let heard): told > 0 ? ", \(told) told, \(heard) answered" : ", nobody told"
        }
    }

    private static func text(_ outcome: CommandResult.Join.Outcome) -> String {
        switch outcome {
        case .members(let count): "\(count) members"
        case .failed(let reason): reason.printable
        }
    }

    private static func text(_ id: JSONScalar?) -> String {
        id.map { " [\($0.description.printable)]" } ?? ""
    }

    static func text(_ name: NodeName) -> String {
        name.description.printable
    }

    private static func quoted(_ bytes: [UInt8]) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return "base64 " + Data(bytes).base64EncodedString()
        }
        return "\"\(text.printable)\""
    }
}
