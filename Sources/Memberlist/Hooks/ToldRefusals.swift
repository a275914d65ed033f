internal import MemberlistCore
internal import MemberlistWire

/// Which refused members were told of. A refused one is heard again and again, with each message about it, and is
/// an event when it is new, has another address, or is refused for another reason.
struct ToldRefusals {
    private struct Claim: Hashable {
        var endpoint: Endpoint
        var reason: String
    }

    private var told: [NodeName: Claim] = [:]

    /// Whether this is one to tell of. Who invents names makes it forget the others, and no more.
    mutating func isNew(_ member: Member, reason: String) -> Bool {
        let claim = Claim(endpoint: member.endpoint, reason: reason)
        guard told[member.name] != claim else { return false }
        if told.count >= Limits.reportedClaims { told.removeAll(keepingCapacity: true) }
        told[member.name] = claim
        return true
    }
}
