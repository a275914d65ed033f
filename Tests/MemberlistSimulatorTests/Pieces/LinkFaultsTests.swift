import Testing

@testable import MemberlistSimulator

/// Faults of links overlap, and end in any order: what is left is what is still in force.
@Suite struct LinkFaultsTests {
    private func fault(_ sender: Int?, _ receiver: Int?, _ change: @escaping (inout LinkRules) -> Void)
        -> LinkFault
    {
        func group(_ node: Int?) -> NodeGroup { node.map { NodeGroup([$0]) } ?? .everybody }
        return LinkFault(senders: group(sender), receivers: group(receiver), change: change)
    }

    private func table(_ faults: LinkFaults) -> LinkTable {
        var table = LinkTable(.cut)
        faults.lay(over: &table, hosts: 4)
        return table
    }

    @Test func aFaultConcernsWhomItNames() {
        let one = fault(1, 2) { $0.isCut = true }
        #expect(one.concerns(1, 2))
        #expect(!one.concerns(2, 1) && !one.concerns(1, 1) && !one.concerns(1, 9))
        let all = fault(nil, 2) { $0.isCut = true }
        #expect(all.concerns(9, 2) && !all.concerns(2, 2))
    }

    @Test func faultsThatOverlapEndInAnyOrder() {
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
        for order in orders {
            var faults = LinkFaults(base: .lossy(0.5))
            let ids = [
                faults.begin(fault(1, 2) { $0.isCut = true }),
                faults.begin(fault(1, nil) { $0.blocksDatagrams = true }),
                faults.begin(fault(nil, nil) { $0.latency = 7_000 }),
            ]
            var isOn = [true, true, true]
            for next in order {
                let ends = [faults.end(ids[next]), faults.end(ids[next])]
                #expect(ends == [true, false], "it ends once")
                isOn[next] = false
                let table = table(faults)
                #expect(table.rules(from: 1, to: 2).isCut == isOn[0])
                #expect(table.rules(from: 1, to: 2).blocksDatagrams == isOn[1])
                #expect(table.rules(from: 1, to: 3).blocksDatagrams == isOn[1])
                #expect((table.rules(from: 3, to: 0).latency == 7_000) == isOn[2])
                #expect(table.rules(from: 3, to: 0).loss == Chance(0.5))
            }
            #expect(faults.isEmpty)
        }
    }

    @Test func aLaterFaultLiesOnTop() {
        var faults = LinkFaults(base: .good)
        _ = faults.begin(fault(1, nil) { $0.latency = 1_000 })
        let later = faults.begin(fault(1, 2) { $0.latency = 2_000 })
        #expect(table(faults).rules(from: 1, to: 2).latency == 2_000)
        _ = faults.end(later)
        #expect(table(faults).rules(from: 1, to: 2).latency == 1_000)
    }

    @Test func allEndAtOnceAndAnotherBaseShowsThrough() {
        var faults = LinkFaults(base: .good)
        let id = faults.begin(fault(1, 2) { $0.isCut = true })
        faults.base = .lossy(0.25)
        #expect(table(faults).rules(from: 1, to: 2).loss == Chance(0.25))
        faults.endAll()
        let endsAgain = faults.end(id)
        #expect(faults.isEmpty && !endsAgain)
        #expect(table(faults).rules(from: 1, to: 2) == LinkRules(.lossy(0.25)))
    }
}
