import MemberlistCore
import Testing

@testable import MemberlistSimulator

/// What comes next is decided by time, and by the order of planning alone where times are equal.
@Suite struct EventQueueTests {
    private func drain(_ queue: inout EventQueue, until end: Int64 = .max) -> [Int32] {
        var places: [Int32] = []
        while let (_, happening) = queue.pop(until: Instant(nanoseconds: end)) {
            if case .planned(let place) = happening { places.append(place) }
        }
        return places
    }

    @Test func timesAreInOrder() {
        var queue = EventQueue()
        for (place, due) in [30, 10, 20].enumerated() {
            queue.plan(.planned(Int32(place)), at: Instant(nanoseconds: Int64(due)))
        }
        #expect(queue.count == 3)
        #expect(queue.nextDue == Instant(nanoseconds: 10))
        let left = drain(&queue)
        #expect(left == [1, 2, 0])
        #expect(queue.count == 0)
        #expect(queue.nextDue == nil)
    }

    @Test func equalTimesKeepTheOrderOfPlanning() {
        var queue = EventQueue()
        var random = ProtocolRandom(seed: 1)
        var planned: [(due: Int64, place: Int32)] = []
        for place in 0..<2_000 {
            let due = random.below(Int64(10))
            planned.append((due, Int32(place)))
            queue.plan(.planned(Int32(place)), at: Instant(nanoseconds: due))
        }
        let wanted = planned.sorted { ($0.due, $0.place) < ($1.due, $1.place) }
        let left = drain(&queue)
        #expect(left == wanted.map(\.place))
    }

    @Test func whatIsPlannedMeanwhileComesAfterWhatWaits() {
        var queue = EventQueue()
        let now = Instant(nanoseconds: 5)
        queue.plan(.planned(0), at: now)
        queue.plan(.planned(1), at: now)
        let first = queue.pop(until: now)?.happening
        #expect(first == .planned(0))
        queue.plan(.planned(2), at: now)
        let left = drain(&queue)
        #expect(left == [1, 2])
    }

    @Test func theEndIsPartOfTheTime() {
        var queue = EventQueue()
        for due in 1...4 { queue.plan(.planned(Int32(due)), at: Instant(nanoseconds: Int64(due))) }
        let left0 = drain(&queue, until: 0)
        #expect(left0 == [])
        let left2 = drain(&queue, until: 2)
        #expect(left2 == [1, 2])
        let left3 = drain(&queue, until: 3)
        #expect(left3 == [3])
        #expect(queue.count == 1)
    }
}
