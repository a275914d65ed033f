import MemberlistWire

/// Members that were declared failed, remembered beyond the table so that they can be found again: by name and by
/// endpoint, one of each at most. Adding, removing and drawing one is O(1).
struct LostMembers: Sendable {
    struct Lost: Sendable {
        let name: NodeName
        let endpoint: Endpoint
        let since: Instant
        /// Whether it understands a ping over a stream: those came with version 3.
        let answersPings: Bool
    }

    private var all: [Lost] = []
    private var names: [NodeName: Int] = [:]
    private var endpoints: [Endpoint: Int] = [:]

    var count: Int { all.count }
    var isEmpty: Bool { all.isEmpty }

    subscript(position: Int) -> Lost { all[position] }

    /// Adds one. At the limit one drawn at random gives way, so that nobody can choose who is forgotten, and what
    /// was lost of late is likely to stay.
    mutating func insert(_ lost: Lost, limit: Int, _ random: inout ProtocolRandom) {
        remove(named: lost.name)
        remove(at: lost.endpoint)
        guard limit > 0 else { return }
        if all.count >= limit { remove(position: random.below(all.count)) }
        names[lost.name] = all.count
        endpoints[lost.endpoint] = all.count
        all.append(lost)
    }

    mutating func remove(named name: NodeName) {
        if let position = names[name] { remove(position: position) }
    }

    mutating func remove(at endpoint: Endpoint) {
        if let position = endpoints[endpoint] { remove(position: position) }
    }

    private mutating func remove(position: Int) {
        let gone = all[position]
        names[gone.name] = nil
        endpoints[gone.endpoint] = nil
        let last = all.removeLast()
        guard position < all.count else { return }
        all[position] = last
        names[last.name] = position
        endpoints[last.endpoint] = position
    }
}
