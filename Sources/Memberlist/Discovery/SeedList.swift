internal import MemberlistCore
internal import MemberlistWire

/// Where the cluster may be found beside its members: what joins were given, and whom discovery names that is no
/// member. The core tries them again, and is told when they change.
struct SeedList: Sendable {
    private struct Joined {
        let text: String
        let address: JoinAddress
        /// What it stood for when it was last looked up.
        var endpoints: [Endpoint] = []
        var seeds: [Seed] { endpoints.map { Seed($0, name: address.name) } }
        var isName: Bool { if case .address = address.place { false } else { true } }
    }

    private var joined: [Joined] = []
    /// By source, and by what that said.
    private var strangers: [Int: [String: [Seed]]] = [:]
    private var told: Set<Seed> = []
    private var isLooking = false
    private var isWaiting = false

    // MARK: Joins

    /// The newest last; at the limit the oldest goes.
    mutating func add(_ text: String, _ address: JoinAddress) {
        let known = joined.firstIndex { $0.text == text }.map { joined.remove(at: $0) }
        if joined.count >= Limits.seeds { joined.removeFirst() }
        joined.append(known ?? Joined(text: text, address: address))
    }

    /// What it stands for now. Where it cannot be looked up, what it stood for stays.
    mutating func lookedUp(_ text: String, _ endpoints: [Endpoint]) {
        guard let index = joined.firstIndex(where: { $0.text == text }) else { return }
        joined[index].endpoints = endpoints
    }

    /// The names to look up again; nil where there are none, or they are being looked up already.
    mutating func startLooking() -> [(text: String, address: JoinAddress)]? {
        let names = joined.filter(\.isName)
        guard !isLooking, !names.isEmpty else { return nil }
        isLooking = true
        return names.map { ($0.text, $0.address) }
    }

    mutating func stopLooking() { isLooking = false }

    /// Whether some name was never looked up with success. The core cannot want it: it does not know of it.
    var hasUnknown: Bool { joined.contains { $0.isName && $0.endpoints.isEmpty } }

    /// Whether somebody is to wait for such names who does not yet.
    mutating func startWaiting() -> Bool {
        guard hasUnknown, !isWaiting else { return false }
        isWaiting = true
        return true
    }

    /// Whether to wait on.
    mutating func waitOn() -> Bool {
        isWaiting = hasUnknown
        return isWaiting
    }

    // MARK: Discovery

    /// Who of those that a source's text stands for is no member.
    mutating func found(_ seeds: [Seed], at text: String, by source: Int) {
        strangers[source, default: [:]][text] = seeds
    }

    /// The source says these, and nothing else any more.
    mutating func keep(_ texts: Set<String>, of source: Int) {
        strangers[source] = strangers[source]?.filter { texts.contains($0.key) }
    }

    // MARK: The core

    /// All of them, in an order that does not matter; nil where they are what the core was told last. Where they are
    /// more than it takes, those of this time are drawn.
    mutating func news() -> [Seed]? {
        var all = Set(joined.flatMap(\.seeds))
        for texts in strangers.values { for seeds in texts.values { all.formUnion(seeds) } }
        guard all.count > Limits.seeds || all != told else { return nil }
        told = all
        return Array(all.shuffled().prefix(Limits.seeds))
    }
}
