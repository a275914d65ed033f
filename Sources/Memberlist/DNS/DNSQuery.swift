internal import MemberlistWire

/// What the name servers, or the hosts file, are asked.
struct DNSQuery: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// A and AAAA records.
        case addresses
        /// SRV records.
        case services
    }

    var kind: Kind
    var name: String
    /// Whether the name may be one that a search domain completes. A record's target is whole.
    var searches = true
}

enum DNSAnswer: Hashable, Sendable {
    case addresses([IPAddress])
    case services([ServiceRecord])
}

/// One SRV record (RFC 2782).
struct ServiceRecord: Hashable, Sendable {
    let target: String
    let port: UInt16
    let priority: UInt16
    let weight: UInt16
}

/// Why there is no answer.
enum DNSFailure: Error, Hashable, Sendable {
    /// There is no such name, or it has no such records.
    case notFound
    /// No name server gave an answer that can be used; the text says what was wrong.
    case noAnswer(String)
    case timedOut
    case cancelled

    var joinError: JoinError {
        switch self {
        case .notFound: .unresolved
        case .noAnswer(let reason): .nameServer(reason)
        case .timedOut: .timedOut
        case .cancelled: .cancelled
        }
    }
}
