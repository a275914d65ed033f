package import MemberlistWire

/// Messages that wait to be gossiped, each a limited number of times (SWIM, section 4.1; memberlist's
/// `TransmitLimitedQueue`).
///
/// The order: fewest transmissions, then longest, then newest. A message about a name replaces the queued one
/// about it. Queueing, and drawing one message, is O(log n).
///
/// "Newest" is HashiCorp's: its counter starts anew whenever nothing is left to draw. There two messages can
/// come to share one number and one of them is lost; here the count only orders, and an identity that is
/// never used twice tells messages apart.
package struct BroadcastQueue: Sendable {
    package struct Broadcast: Sendable {
        package let payload: [UInt8]
        package let name: NodeName?
        /// The call that waits for the end of it.
        package let request: RequestID?
    }

    /// How a broadcast left the queue.
    package enum Finish: Sendable {
        case transmitted
        case replaced
        case pruned
    }

    private var slots = BroadcastSlots()
    private var order = BroadcastOrder()
    private let hash: KeyedHash
    private var named = PositionIndex()
    /// Of those that somebody waits for; few are.
    private var requests: [Int32: RequestID] = [:]
    private var lastIdentity: UInt64 = 0
    private var lastAge: UInt64 = 0
    /// Those that are being drawn: they wait nowhere meanwhile.
    private var drawn: [Int32] = []
    /// Those drawn before all others, a farewell: they have no place in the order.
    private var urgent: [Int32] = []
    private var finished: [(RequestID, Finish)] = []

    package init() {
        self.init(hash: KeyedHash(seed: 0))
    }

    /// - Parameter hash: For names, which peers choose.
    init(hash: KeyedHash) {
        self.hash = hash
    }

    package var count: Int { slots.count }
    package var isEmpty: Bool { slots.count == 0 }

    /// Slots that memory is held for, whether in use or not.
    var slotCount: Int { slots.all.count }

    /// What waits, in no particular order.
    package var all: [Broadcast] {
        slots.all.indices.compactMap { position in
            let slot = slots.all[position]
            guard slot.transmissions >= 0 else { return nil }
            return Broadcast(
                payload: slot.payload,
                name: slot.name.map { NodeName(bytes: $0[...]) },
                request: requests[Int32(position)]
            )
        }
    }

    /// Queues a message; one that is queued under the same name goes. An urgent one is drawn before all others.
    package mutating func queue(
        _ payload: [UInt8],
        name: NodeName?,
        urgent: Bool = false,
        request: RequestID? = nil
    ) {
        lastIdentity += 1
        lastAge += 1
        // The age is drawn before the old one goes: that may start ages anew.
        let slot = BroadcastSlot(
            payload: payload,
            // A name that fills its buffer is not copied.
            name: name.map { Array($0.bytes) },
            age: lastAge,
            identity: lastIdentity
        )
        let key = slot.name.map(hash.hash)
        if let name, let key { remove(named: name, hash: key) }
        let position = slots.insert(slot)
        if let key {
            named.insert(Int(position), hash: key) { [slots, hash] other in
                slots.all[other].name.map(hash.hash) ?? 0
            }
        }
        if let request { requests[position] = request }
        if urgent {
            self.urgent.append(position)
        } else {
            order.insert(position, in: &slots)
        }
    }

    package mutating func remove(named name: NodeName) {
        remove(named: name, hash: name.bytes.withUnsafeBytes { hash.hash($0) })
    }

    /// What waits under that name; nil where nothing does.
    func payload(about name: NodeName) -> [UInt8]? {
        let key = name.bytes.withUnsafeBytes { hash.hash($0) }
        return place(named: name, hash: key).map { slots.all[$0].payload }
    }

    private func place(named name: NodeName, hash: UInt64) -> Int? {
        name.bytes.withUnsafeBytes { bytes in
            named.find(hash) { position in
                slots.all[position].name?.withUnsafeBytes { $0.equalsBytes(of: bytes) } ?? false
            }
        }
    }

    private mutating func remove(named name: NodeName, hash: UInt64) {
        guard let slot = place(named: name, hash: hash).map({ Int32(truncatingIfNeeded: $0) }) else { return }
        if let index = urgent.firstIndex(of: slot) {
            urgent.remove(at: index)
        } else {
            order.remove(slot, from: &slots)
        }
        finish(slot, .replaced)
    }

    /// Draws what fits: each message costs its length and `overhead`, all of them at most `limit`, until there
    /// are `maximum` messages. One is drawn at most once a call; one that has now been sent `transmitLimit`
    /// times leaves the queue.
    package mutating func draw(
        overhead: Int,
        limit: Int,
        transmitLimit: Int,
        maximum: Int = .max,
        into messages: inout [[UInt8]]
    ) {
        var used = drawUrgent(
            overhead: overhead,
            limit: limit,
            transmitLimit: transmitLimit,
            maximum: maximum,
            into: &messages
        )
        // Messages drawn are counted as sent only when the draw is over: none is met twice.
        var transmissions = order.fewestTransmissions(above: -1)
        while let current = transmissions, messages.count < maximum {
            let free = limit - used - overhead
            guard free > 0 else { break }
            guard let slot = order.popLongest(upTo: free, transmissions: current, from: &slots) else {
                transmissions = order.fewestTransmissions(above: current)
                continue
            }
            let payload = slots[slot].payload
            used += overhead + payload.count
            messages.append(payload)
            drawn.append(slot)
            restartAgeIfNothingIsLeft()
        }
        while let slot = drawn.popLast() { sent(slot, transmitLimit: transmitLimit) }
    }

    /// Draws the urgent ones that fit; returns what they cost.
    private mutating func drawUrgent(
        overhead: Int,
        limit: Int,
        transmitLimit: Int,
        maximum: Int,
        into messages: inout [[UInt8]]
    ) -> Int {
        guard !urgent.isEmpty else { return 0 }
        var used = 0
        for slot in urgent where messages.count < maximum {
            let payload = slots[slot].payload
            guard used + overhead + payload.count <= limit else { continue }
            used += overhead + payload.count
            messages.append(payload)
            slots.countTransmission(of: slot)
            guard slots[slot].transmissions >= transmitLimit else { continue }
            urgent.removeAll { $0 == slot }
            finish(slot, .transmitted)
        }
        return used
    }

    /// Drops the last in order until at most `retain` are left.
    package mutating func prune(retain: Int) {
        guard count > max(retain, 0) else { return }
        for slot in order.lastToFirst(in: slots) where count > max(retain, 0) {
            order.remove(slot, from: &slots)
            finish(slot, .pruned)
        }
    }

    /// How the next broadcast that somebody waits for has ended.
    package mutating func nextFinished() -> (RequestID, Finish)? {
        finished.popLast()
    }

    /// Counts one that was drawn.
    private mutating func sent(_ slot: Int32, transmitLimit: Int) {
        slots.countTransmission(of: slot)
        if slots[slot].transmissions >= transmitLimit {
            finish(slot, .transmitted)
        } else {
            order.insert(slot, in: &slots)
        }
    }

    /// Forgets one that waits nowhere any more.
    private mutating func finish(_ slot: Int32, _ how: Finish) {
        if let name = slots[slot].name {
            named.remove(Int(slot), hash: hash.hash(name)) { [slots, hash] other in
                slots.all[other].name.map(hash.hash) ?? 0
            }
        }
        if !requests.isEmpty, let request = requests.removeValue(forKey: slot) {
            finished.append((request, how))
        }
        slots.remove(slot)
        if slots.count == 0 { named.removeAll() }
        restartAgeIfNothingIsLeft()
    }

    private mutating func restartAgeIfNothingIsLeft() {
        if slots.count == drawn.count { lastAge = 0 }
    }
}
