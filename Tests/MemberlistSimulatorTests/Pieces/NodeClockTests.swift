import MemberlistCore
import Testing

@testable import MemberlistSimulator

/// Clocks that start anywhere and run a little fast or slow, without ever going back.
@Suite struct NodeClockTests {
    private static let drifts: [Int64] = [-500_000, -333_333, -1, 0, 1, 200, 20_000, 499_999, 500_000]
    private static let starts: [Int64] = [0, 1, 1 << 50]

    private func instant(_ nanoseconds: Int64) -> Instant { Instant(nanoseconds: nanoseconds) }

    @Test func aClockWithoutDriftKeepsTheWorldsTime() {
        let clock = NodeClock(showing: instant(1_000), at: instant(10))
        #expect(clock.reading(at: instant(10)) == instant(1_000))
        #expect(clock.reading(at: instant(35)) == instant(1_025))
    }

    @Test func driftIsInPartsPerMillion() {
        let fast = NodeClock(showing: instant(0), at: instant(0), drift: 200)
        #expect(fast.reading(at: instant(1_000_000_000)) == instant(1_000_200_000))
        let slow = NodeClock(showing: instant(0), at: instant(0), drift: -500_000)
        #expect(slow.reading(at: instant(1_000_000_000)) == instant(500_000_000))
    }

    @Test func driftIsHeldWithinHalfAndOneAndAHalf() {
        #expect(NodeClock(showing: instant(0), at: instant(0), drift: .max).drift == 500_000)
        #expect(NodeClock(showing: instant(0), at: instant(0), drift: .min).drift == -500_000)
    }

    @Test(arguments: drifts, starts)
    func aTimerIsNeverEarlyAndHardlyLate(drift: Int64, start: Int64) {
        let clock = NodeClock(showing: instant(start), at: instant(77), drift: drift)
        var random = ProtocolRandom(seed: 3)
        for scale: Int64 in [1, 10, 1_000, 1_000_000_000, 1 << 50] {
            for _ in 0..<100 {
                let wanted = instant(start + random.below(scale) + 1)
                let moment = clock.moment(of: wanted)
                #expect(clock.reading(at: moment) >= wanted)
                #expect(clock.reading(at: instant(moment.nanoseconds - 4)) < wanted)
            }
        }
    }

    @Test(arguments: drifts)
    func extremesNeitherTrapNorComeEarly(drift: Int64) {
        let clock = NodeClock(showing: instant(1 << 50), at: instant(5), drift: drift)
        let never = clock.moment(of: instant(.max))
        #expect(never > instant(1 << 61))
        _ = clock.reading(at: instant(.max))
        let past = clock.moment(of: instant(0))
        #expect(past < instant(5))
        let late = NodeClock(showing: instant(0), at: instant(.max - 10), drift: drift)
        #expect(late.moment(of: instant(.max)) == instant(.max))
    }

    @Test func anotherSpeedGoesOnFromWhereTheClockWas() {
        var clock = NodeClock(showing: instant(0), at: instant(0), drift: 500_000)
        var last = instant(-1)
        for second in 0..<20 {
            let now = instant(Int64(second) * 1_000_000_000)
            clock.change(drift: second.isMultiple(of: 2) ? -500_000 : 500_000, at: now)
            #expect(clock.reading(at: now) > last)
            last = clock.reading(at: now)
        }
        #expect(last == instant(19 * 1_000_000_000 - 1_000_000_000 / 2))
    }
}
