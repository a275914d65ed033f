import MemberlistWire
import Testing

@testable import MemberlistCore

/// Each member once a round, whoever comes and goes meanwhile.
@Suite struct ProbeOrderTests {
    /// An order, and where its owner believes each row to be.
    private struct Model {
        var order = ProbeOrder()
        var positions: [Int: Int] = [:]
        var random: ProtocolRandom

        mutating func add(_ row: Int) { positions[row] = order.append(row) }

        mutating func remove(_ row: Int) throws {
            let removed = positions.removeValue(forKey: row)
            let position = try #require(removed)
            for (row, position) in order.remove(at: position) { positions[row] = position }
        }

        mutating func next() -> Int? {
            guard let (row, moved) = order.next(&random) else { return nil }
            for (row, position) in moved { positions[row] = position }
            return row
        }

        /// Every position is held by exactly one row.
        var isConsistent: Bool {
            Set(positions.values) == Set(0..<order.count) && positions.count == order.count
        }
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func eachOnceARoundWithJoinsAndLeaves(seed: UInt64) throws {
        var model = Model(random: ProtocolRandom(seed: seed))
        var choices = ProtocolRandom(seed: seed ^ 0xabcd)
        var lastRow = 0
        var waiting: Set<Int> = []
        var probed: Set<Int> = []
        for _ in 0..<1_000 {
            switch choices.below(10) {
            case 0..<2:
                lastRow += 1
                model.add(lastRow)
                waiting.insert(lastRow)
            case 2 where !model.positions.isEmpty:
                let row = model.positions.keys.sorted()[choices.below(model.positions.count)]
                try model.remove(row)
                waiting.remove(row)
                probed.remove(row)
            default:
                if waiting.isEmpty { (waiting, probed) = (probed, []) }
                guard let row = model.next() else {
                    #expect(waiting.isEmpty)
                    continue
                }
                #expect(waiting.contains(row), "twice in one round")
                waiting.remove(row)
                probed.insert(row)
            }
            #expect(model.isConsistent)
        }
    }

    @Test func roundsDifferInTheirOrder() {
        var model = Model(random: ProtocolRandom(seed: 4))
        for row in 0..<20 { model.add(row) }
        let first = (0..<20).compactMap { _ in model.next() }
        let second = (0..<20).compactMap { _ in model.next() }
        #expect(first.sorted() == Array(0..<20) && second.sorted() == Array(0..<20))
        #expect(first != second)
    }

    @Test func theCoreProbesEachMemberOnceARound() {
        var node = Node(knowing: 9)
        node.answering = Set((0..<9).map(peer))
        for _ in 0..<5 {
            var probed: [NodeName] = []
            while probed.count < 9 { probed += node.advance { _ in true }.pings.map(\.ping.node) }
            #expect(Set(probed).count == 9)
        }
    }

    @Test func theDeadAndThoseThatLeftAreNotProbed() {
        var node = Node(knowing: 4)
        node.answering = ["a", "b", "c", "d"]
        node.hear(dead("b", from: "b"))
        node.hear(dead("c", from: "a"))
        let probed = Set(node.advance(by: 10).pings.map(\.ping.node))
        #expect(probed == ["a", "d"])
    }

    @Test func sampleDrawsEachSetEquallyOften() {
        var random = ProtocolRandom(seed: 9)
        var counts: [Set<Int>: Int] = [:]
        for _ in 0..<10_000 {
            var chosen: [Int] = []
            random.sample(2, below: 4, into: &chosen)
            #expect(chosen.count == 2)
            counts[Set(chosen), default: 0] += 1
        }
        #expect(counts.count == 6)
        #expect(counts.values.allSatisfy { (1_500...1_850).contains($0) })
    }
}
