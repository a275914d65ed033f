public import MemberlistCore

/// What a hook that decides says.
public enum Admission: Sendable, Hashable {
    /// It may come in.
    case allow
    /// It may not; the reason is for people: it goes to this node's log and events, and to a join of its own
    /// that it ends. Nothing of it is sent.
    case refuse(String)
}

/// Something that the application refused, or did not allow in time.
public struct Refusal: Sendable, Hashable {
    /// What was refused.
    public enum Subject: Sendable, Hashable {
        /// A member was not to be heard of (``MemberlistDelegate/allowAlive(_:)``).
        case member(Member)
        /// A cluster with these members was not to become one with this one
        /// (``MemberlistDelegate/allowMerge(_:)``).
        case merge([Member])
    }

    /// What was refused.
    public let subject: Subject
    /// Why: the hook's own words.
    public let reason: String

    var members: [Member] {
        switch subject {
        case .member(let member): [member]
        case .merge(let members): members
        }
    }

    /// What was refused, and why.
    public init(_ subject: Subject, reason: String) {
        self.subject = subject
        self.reason = reason
    }
}
