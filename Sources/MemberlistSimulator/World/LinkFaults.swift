/// A change of some links for some time, on top of what they are.
struct LinkFault {
    /// Whose sending it concerns, and whose receiving.
    let senders: NodeGroup
    let receivers: NodeGroup
    let change: (inout LinkRules) -> Void

    func concerns(_ sender: Int, _ receiver: Int) -> Bool {
        sender != receiver && senders.contains(sender) && receivers.contains(receiver)
    }
}

/// Some nodes, or all but some: who comes later belongs to the rest.
struct NodeGroup: Hashable {
    private let named: Set<Int>
    private let isTheRest: Bool

    static let everybody = NodeGroup(named: [], isTheRest: true)

    private init(named: Set<Int>, isTheRest: Bool) {
        self.named = named
        self.isTheRest = isTheRest
    }

    init(_ nodes: [Int]) {
        self.init(named: Set(nodes), isTheRest: false)
    }

    var isEverybody: Bool { isTheRest && named.isEmpty }

    /// All others.
    var rest: NodeGroup { NodeGroup(named: named, isTheRest: !isTheRest) }

    func contains(_ node: Int) -> Bool { named.contains(node) != isTheRest }
}

/// The changes that are in force, laid over the links as they were.
struct LinkFaults {
    var base: LinkConditions
    private var faults: [(id: Int, fault: LinkFault)] = []
    private var lastID = 0

    init(base: LinkConditions) {
        self.base = base
    }

    var isEmpty: Bool { faults.isEmpty }

    mutating func begin(_ fault: LinkFault) -> Int {
        lastID += 1
        faults.append((lastID, fault))
        return lastID
    }

    /// Returns false where it has ended before.
    mutating func end(_ id: Int) -> Bool {
        guard let place = faults.firstIndex(where: { $0.id == id }) else { return false }
        faults.remove(at: place)
        return true
    }

    mutating func endAll() { faults = [] }

    /// The table that follows, for so many hosts.
    func lay(over table: inout LinkTable, hosts: Int) {
        table.setAll(base)
        for (_, fault) in faults {
            if fault.senders.isEverybody, fault.receivers.isEverybody {
                table.changeAll(fault.change)
                continue
            }
            for sender in 0..<hosts {
                for receiver in 0..<hosts where fault.concerns(sender, receiver) {
                    table.change(from: sender, to: receiver, of: hosts, fault.change)
                }
            }
        }
    }
}

extension World {
    func beginLinkFault(_ fault: LinkFault) -> Int {
        defer { linkFaults.lay(over: &network.links, hosts: hosts.count) }
        return linkFaults.begin(fault)
    }

    func endLinkFault(_ id: Int) {
        guard linkFaults.end(id) else { return }
        linkFaults.lay(over: &network.links, hosts: hosts.count)
    }

    func endLinkFaults() {
        linkFaults.endAll()
        linkFaults.lay(over: &network.links, hosts: hosts.count)
    }

    /// A machine was added: it is on one side of every fault.
    func extendLinkFaults() {
        guard !linkFaults.isEmpty else { return }
        linkFaults.lay(over: &network.links, hosts: hosts.count)
    }

    func setConditions(_ conditions: LinkConditions) {
        linkFaults.base = conditions
        linkFaults.lay(over: &network.links, hosts: hosts.count)
    }
}
