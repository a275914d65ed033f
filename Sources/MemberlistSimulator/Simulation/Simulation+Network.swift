/// A change of links that is in force until ``Simulation/end(_:)``.
public struct LinkFaultID: Sendable, Hashable {
    let number: Int
}

extension Simulation {
    /// All links, from now on; faults stay on top.
    public func setNetwork(_ conditions: LinkConditions) {
        world.setConditions(conditions)
    }

    /// Cuts some nodes off from all others, both ways: until ``end(_:)`` or ``heal()``.
    @discardableResult
    public func partition(_ side: [Int]) -> LinkFaultID {
        world.coverage.meet(.partitioned)
        let inside = NodeGroup(side)
        return begin(
            LinkFault(senders: inside, receivers: inside.rest) { $0.isCut = true },
            LinkFault(senders: inside.rest, receivers: inside) { $0.isCut = true }
        )
    }

    /// Nothing that the first send reaches the second; the other way it does.
    @discardableResult
    public func cut(from senders: [Int], to receivers: [Int]) -> LinkFaultID {
        world.coverage.meet(.cutOneWay)
        return begin(
            LinkFault(senders: NodeGroup(senders), receivers: NodeGroup(receivers)) { $0.isCut = true }
        )
    }

    /// Datagrams between these nodes and all others are lost, streams pass: a firewall that blocks UDP.
    @discardableResult
    public func blockDatagrams(of nodes: [Int]) -> LinkFaultID {
        world.coverage.meet(.datagramsBlocked)
        let inside = NodeGroup(nodes)
        let outgoing = LinkFault(senders: inside, receivers: .everybody) { $0.blocksDatagrams = true }
        let incoming = LinkFault(senders: .everybody, receivers: inside) { $0.blocksDatagrams = true }
        return begin(outgoing, incoming)
    }

    /// Other conditions on the links from some to others; nil: everybody.
    @discardableResult
    public func setLinks(
        from senders: [Int]? = nil,
        to receivers: [Int]? = nil,
        _ conditions: LinkConditions
    ) -> LinkFaultID {
        let rules = LinkRules(conditions)
        return begin(
            LinkFault(
                senders: senders.map(NodeGroup.init) ?? .everybody,
                receivers: receivers.map(NodeGroup.init) ?? .everybody
            ) { $0 = rules }
        )
    }

    /// Ends a change of links.
    public func end(_ fault: LinkFaultID) {
        for number in linked[fault.number] ?? [fault.number] { world.endLinkFault(number) }
        linked[fault.number] = nil
    }

    /// Ends all changes of links.
    public func heal() {
        linked = [:]
        world.endLinkFaults()
    }

    /// From now on somebody records a part of what goes by: what ``SimulatedNode/inject(_:)`` then sends again,
    /// flipped, cut short or as it was.
    public func recordFrames() { world.attacker.isListening = true }

    private func begin(_ faults: LinkFault...) -> LinkFaultID {
        let numbers = faults.map { world.beginLinkFault($0) }
        linked[numbers[0]] = numbers
        return LinkFaultID(number: numbers[0])
    }
}
