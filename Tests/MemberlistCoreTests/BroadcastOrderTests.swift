import MemberlistWire
import Testing

@testable import MemberlistCore

/// The queue against a list that is sorted at each step: what the order means, written down once more.
@Suite struct BroadcastOrderTests {
    private struct Model {
        struct Entry {
            let payload: [UInt8]
            let name: NodeName?
            let age: Int
            let identity: Int
            var transmissions = 0
        }

        var waiting: [Entry] = []
        var lastAge = 0
        var lastIdentity = 0

        mutating func queue(_ payload: [UInt8], name: NodeName?) {
            lastAge += 1
            lastIdentity += 1
            let entry = Entry(payload: payload, name: name, age: lastAge, identity: lastIdentity)
            if let name, waiting.contains(where: { $0.name == name }) {
                waiting.removeAll { $0.name == name }
                if waiting.isEmpty { lastAge = 0 }
            }
            waiting.append(entry)
        }

        private func sort() -> [Entry] {
            waiting.sorted { one, other in
                (one.transmissions, -one.payload.count, -one.age, -one.identity)
                    < (other.transmissions, -other.payload.count, -other.age, -other.identity)
            }
        }

        mutating func draw(limit: Int, transmitLimit: Int) -> [[UInt8]] {
            var used = 0
            var drawn: [Entry] = []
            for entry in sort() where used + 2 + entry.payload.count <= limit {
                used += 2 + entry.payload.count
                drawn.append(entry)
            }
            waiting.removeAll { entry in drawn.contains { $0.identity == entry.identity } }
            if waiting.isEmpty && !drawn.isEmpty { lastAge = 0 }
            for entry in drawn where entry.transmissions + 1 < transmitLimit {
                var sent = entry
                sent.transmissions += 1
                waiting.append(sent)
            }
            return drawn.map(\.payload)
        }

        mutating func prune(retain: Int) {
            guard waiting.count > retain else { return }
            waiting = Array(sort().prefix(retain))
            if waiting.isEmpty { lastAge = 0 }
        }
    }

    @Test(arguments: 0..<16 as Range<UInt64>) func everyDrawIsTheLists(seed: UInt64) {
        var random = ProtocolRandom(seed: seed)
        var model = Model()
        var queue = BroadcastQueue()
        for step in 0..<300 {
            switch random.below(8) {
            case 0..<5:
                let length = 3 + random.below(seed.isMultiple(of: 2) ? 4 : 60)
                var payload = [UInt8](repeating: 0, count: length)
                payload[0] = UInt8(step & 0xff)
                payload[1] = UInt8(step >> 8)
                let name = random.below(3) > 0 ? peer(random.below(30)) : nil
                model.queue(payload, name: name)
                queue.queue(payload, name: name)
            case 5 where random.below(8) == 0:
                let retain = random.below(30)
                model.prune(retain: retain)
                queue.prune(retain: retain)
            default:
                let limit = random.below(200)
                var drawn: [[UInt8]] = []
                queue.draw(overhead: 2, limit: limit, transmitLimit: 3, into: &drawn)
                #expect(drawn == model.draw(limit: limit, transmitLimit: 3))
            }
            #expect(queue.count == model.waiting.count)
        }
    }

    @Test func aBurstsMemoryIsGivenBack() {
        var queue = BroadcastQueue()
        for number in 0..<5_000 { queue.queue([1, 2, 3], name: peer(number)) }
        #expect(queue.slotCount == 5_000)
        var drawn: [[UInt8]] = []
        queue.draw(overhead: 2, limit: .max, transmitLimit: 1, into: &drawn)
        #expect(drawn.count == 5_000 && queue.slotCount == 0)
    }
}
