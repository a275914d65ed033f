/// The rules of every link, by direction. Most clusters have one rule for all; a table of pairs is made when
/// the first link differs.
struct LinkTable {
    private var rules: [LinkRules]
    /// Which rule, by sender and receiver; empty while all links have the first.
    private var matrix: [UInt8] = []
    private var side = 0
    /// The rules of links that found no place among ``rules``: the matrix has ``elsewhere`` for them.
    private var others: [UInt64: LinkRules] = [:]
    /// Whether every place is some link's, so that nobody looks for a free one again.
    private var isFull = false
    private static let elsewhere = UInt8.max
    /// When each limited link is free again, in nanoseconds of virtual time.
    private var busyUntil: [UInt64: Int64] = [:]

    init(_ conditions: LinkConditions) {
        rules = [LinkRules(conditions)]
    }

    func rules(from sender: Int, to receiver: Int) -> LinkRules {
        guard !matrix.isEmpty, sender < side, receiver < side, sender >= 0, receiver >= 0 else {
            return rules[0]
        }
        let place = matrix[sender * side + receiver]
        guard place == Self.elsewhere else { return rules[Int(place)] }
        return others[Self.link(sender, receiver)] ?? rules[0]
    }

    private static func link(_ sender: Int, _ receiver: Int) -> UInt64 {
        UInt64(sender) << 32 | UInt64(receiver)
    }

    /// All links, as they are from now on.
    mutating func setAll(_ conditions: LinkConditions) {
        rules = [LinkRules(conditions)]
        matrix = []
        side = 0
        others = [:]
        isFull = false
    }

    /// One link, in one direction.
    mutating func set(_ conditions: LinkConditions, from sender: Int, to receiver: Int, of hosts: Int) {
        grow(to: hosts)
        put(LinkRules(conditions), from: sender, to: receiver)
    }

    /// Changes every link from what it is.
    mutating func changeAll(_ change: (inout LinkRules) -> Void) {
        for index in rules.indices { change(&rules[index]) }
        for link in others.keys { change(&others[link, default: rules[0]]) }
    }

    /// Changes one link, in one direction, from what it is.
    mutating func change(
        from sender: Int,
        to receiver: Int,
        of hosts: Int,
        _ change: (inout LinkRules) -> Void
    ) {
        var changed = rules(from: sender, to: receiver)
        change(&changed)
        grow(to: hosts)
        put(changed, from: sender, to: receiver)
    }

    /// When bytes sent now have left over a limited link; nil where too much waits already.
    mutating func depart(_ bytes: Int, from sender: Int, to receiver: Int, bandwidth: Int64, at now: Int64)
        -> Int64?
    {
        let link = Self.link(sender, receiver)
        let start = max(now, busyUntil[link] ?? now)
        guard start - now <= 1_000_000_000 else { return nil }
        let end = start + Int64(bytes) * 1_000_000_000 / bandwidth
        busyUntil[link] = end
        return end
    }

    private mutating func grow(to hosts: Int) {
        guard hosts > side else { return }
        var larger = [UInt8](repeating: 0, count: hosts * hosts)
        for sender in 0..<side {
            for receiver in 0..<side { larger[sender * hosts + receiver] = matrix[sender * side + receiver] }
        }
        matrix = larger
        side = hosts
    }

    private mutating func put(_ wanted: LinkRules, from sender: Int, to receiver: Int) {
        let cell = sender * side + receiver
        if matrix[cell] == Self.elsewhere { others[Self.link(sender, receiver)] = nil }
        if let place = place(of: wanted) {
            matrix[cell] = place
        } else {
            matrix[cell] = Self.elsewhere
            others[Self.link(sender, receiver)] = wanted
        }
    }

    /// Rules that differ are few; where they are not, the places of those that no link has are used again. Nil
    /// where there is none.
    private mutating func place(of wanted: LinkRules) -> UInt8? {
        if let known = rules.firstIndex(of: wanted) { return UInt8(known) }
        guard rules.count >= Int(Self.elsewhere) else {
            rules.append(wanted)
            return UInt8(rules.count - 1)
        }
        guard !isFull else { return nil }
        var isUsed = [Bool](repeating: false, count: rules.count)
        isUsed[0] = true
        for place in matrix where place != Self.elsewhere { isUsed[Int(place)] = true }
        guard let free = isUsed.firstIndex(of: false) else {
            isFull = true
            return nil
        }
        rules[free] = wanted
        return UInt8(free)
    }
}
