/// The rules of every link, by direction. Most clusters have one rule for all; a table of pairs is made when
/// the first link differs.
struct LinkTable {
    private var rules: [LinkRules]
    /// Which rule, by sender and receiver; empty while all links have the first.
    private var matrix: [UInt16] = []
    private var side = 0
    /// When each limited link is free again, in nanoseconds of virtual time.
    private var busyUntil: [UInt64: Int64] = [:]

    init(_ conditions: LinkConditions) {
        rules = [LinkRules(conditions)]
    }

    func rules(from sender: Int, to receiver: Int) -> LinkRules {
        guard !matrix.isEmpty, sender < side, receiver < side, sender >= 0, receiver >= 0 else {
            return rules[0]
        }
        return rules[Int(matrix[sender * side + receiver])]
    }

    /// All links, as they are from now on.
    mutating func setAll(_ conditions: LinkConditions) {
        rules = [LinkRules(conditions)]
        matrix = []
        side = 0
    }

    /// One link, in one direction.
    mutating func set(_ conditions: LinkConditions, from sender: Int, to receiver: Int, of hosts: Int) {
        grow(to: hosts)
        matrix[sender * side + receiver] = place(of: LinkRules(conditions))
    }

    /// Changes every link from what it is.
    mutating func changeAll(_ change: (inout LinkRules) -> Void) {
        for index in rules.indices { change(&rules[index]) }
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
        matrix[sender * side + receiver] = place(of: changed)
    }

    /// When bytes sent now have left over a limited link; nil where too much waits already.
    mutating func depart(_ bytes: Int, from sender: Int, to receiver: Int, bandwidth: Int64, at now: Int64)
        -> Int64?
    {
        let link = UInt64(sender) << 32 | UInt64(receiver)
        let start = max(now, busyUntil[link] ?? now)
        guard start - now <= 1_000_000_000 else { return nil }
        let end = start + Int64(bytes) * 1_000_000_000 / bandwidth
        busyUntil[link] = end
        return end
    }

    private mutating func grow(to hosts: Int) {
        guard hosts > side else { return }
        var larger = [UInt16](repeating: 0, count: hosts * hosts)
        for sender in 0..<side {
            for receiver in 0..<side { larger[sender * hosts + receiver] = matrix[sender * side + receiver] }
        }
        matrix = larger
        side = hosts
    }

    /// Rules that differ are few: each fault brings one or two. Where they are not, the last one is shared.
    private mutating func place(of wanted: LinkRules) -> UInt16 {
        if let known = rules.firstIndex(of: wanted) { return UInt16(known) }
        if rules.count <= Int(UInt16.max) { rules.append(wanted) } else { rules[rules.count - 1] = wanted }
        return UInt16(rules.count - 1)
    }
}
