import Memberlist

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension AgentEvent {
    /// The name by which an event goes, in both formats.
    var word: String {
        switch self {
        case .ready: "ready"
        case .join: "join"
        case .update: "update"
        case .leave: "leave"
        case .message: "message"
        case .conflict: "conflict"
        case .members: "members"
        case .keyring: "keyring"
        case .result: "result"
        case .error: "error"
        }
    }
}

extension MemberState {
    /// The state as the tool says it; what was declared dead is `failed`, as in the `leave` event.
    var word: String {
        switch self {
        case .alive: "alive"
        case .suspect: "suspect"
        case .dead: LeaveReason.failed.rawValue
        case .left: LeaveReason.left.rawValue
        }
    }
}

extension Date {
    /// `2026-03-01T12:00:00.123Z`.
    var rfc3339: String {
        formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
