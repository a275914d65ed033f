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
        case dropped
        case cancelled
    }

    private let bounds: BroadcastBounds
    /// Whose messages are never dropped: a refutation or a farewell that is lost costs a member.
    private let own: NodeName?
    private let startedFirst: Bool
    private var slots = BroadcastSlots()
    private var order = BroadcastOrder()
    private let hash: KeyedHash
    private var named = PositionIndex()
    /// Of those that somebody waits for; few are.
    private var requests: [Int32: RequestID] = [:]
    private var requested: [RequestID: Int32] = [:]
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

    /// - Parameters:
    ///   - hash: For names, which peers choose.
    ///   - bounds: How much may wait.
    ///   - own: The name whose messages are never dropped.
    ///   - startedFirst: Whether a message that was begun is sent to its end before the next one begins: what is
    ///     told to all in turn would otherwise meet some twice and others never.
    init(
        hash: KeyedHash,
        bounds: BroadcastBounds = .none,
        own: NodeName? = nil,
        startedFirst: Bool = false
    ) {
        self.hash = hash
        self.bounds = bounds
        self.own = own
        self.startedFirst = startedFirst
    }

    package var count: Int { slots.count }
    /// Of all messages that wait.
    package private(set) var bytes = 0
    /// Messages dropped so far because the queue was full.
    package private(set) var dropped = 0
    package var depth: BroadcastQueueDepth {
        BroadcastQueueDepth(count: slots.count, bytes: bytes, dropped: dropped)
    }
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
    /// Where the queue is full others go to make room: see ``BroadcastQueue/drop(ifSent:)``.
    package mutating func queue(
        _ payload: [UInt8],
        name: NodeName?,
        urgent: Bool = false,
        request: RequestID? = nil
    ) {
        lastIdentity += 1
        lastAge += 1
        // The age is drawn before the old one goes: that may start ages anew.
        let (age, identity) = (lastAge, lastIdentity)
        let key = name.map { $0.bytes.withUnsafeBytes { hash.hash($0) } }
        // Another name's bytes are copied: what they are part of may be a whole datagram.
        var held: [UInt8]?
        if let name, let key { held = remove(named: name, hash: key) ?? Array(name.bytes) }
        while !hasRoom(for: payload.count), drop() {}
        let position = slots.insert(
            BroadcastSlot(payload: payload, name: held, age: age, identity: identity)
        )
        bytes += payload.count
        if let key {
            named.insert(Int(position), hash: key) { [slots, hash] other in
                slots.all[other].name.map(hash.hash) ?? 0
            }
        }
        if let request {
            requests[position] = request
            requested[request] = position
        }
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

    /// How much waits under those names, each given once.
    func held(under names: [NodeName]) -> (count: Int, bytes: Int) {
        names.compactMap { payload(about: $0)?.count }.reduce((0, 0)) { ($0.0 + 1, $0.1 + $1) }
    }

    private func place(named name: NodeName, hash: UInt64) -> Int? {
        name.bytes.withUnsafeBytes { bytes in
            named.find(hash) { position in
                slots.all[position].name?.withUnsafeBytes { $0.equalsBytes(of: bytes) } ?? false
            }
        }
    }

    /// Returns the name as it was held; nil where nothing waits under it.
    @discardableResult
    private mutating func remove(named name: NodeName, hash: UInt64) -> [UInt8]? {
        guard let position = place(named: name, hash: hash) else { return nil }
        let (slot, held) = (Int32(truncatingIfNeeded: position), slots.all[position].name)
        takeOut(slot)
        finish(slot, .replaced)
        return held
    }

    private mutating func takeOut(_ slot: Int32) {
        if let index = urgent.firstIndex(of: slot) {
            urgent.remove(at: index)
        } else {
            order.remove(slot, from: &slots)
        }
    }

    // MARK: Bounds

    /// Whether one more message of so many bytes fits, once `freed` have gone.
    func hasRoom(for length: Int, freed: (count: Int, bytes: Int) = (0, 0)) -> Bool {
        slots.count - freed.count < bounds.count && bytes - freed.bytes + length <= bounds.bytes
    }

    /// Drops the message that was sent most often, for most have heard it, and of those a shortest, which says
    /// least; never an urgent one or one of this node's own. O(log n).
    ///
    /// - Parameter ifSent: Leaves alone what was not sent at all.
    /// - Returns: Whether there was one to drop.
    mutating func drop(ifSent: Bool = false) -> Bool {
        var kept: [Int32] = []
        defer { for slot in kept { order.insert(slot, in: &slots) } }
        while let slot = order.popMostSent(from: &slots) {
            if isKept(slot) || (ifSent && slots[slot].transmissions == 0) {
                kept.append(slot)
                // Behind the first that was never sent there is none that was.
                if isKept(slot) { continue } else { return false }
            }
            dropped += 1
            finish(slot, .dropped)
            return true
        }
        return false
    }

    private func isKept(_ slot: Int32) -> Bool {
        guard let own, let name = slots[slot].name else { return false }
        return own.bytes.elementsEqual(name)
    }

    /// Takes the broadcast of that request out; false where it has ended already.
    mutating func cancel(_ request: RequestID) -> Bool {
        guard let slot = requested[request] else { return false }
        takeOut(slot)
        finish(slot, .cancelled)
        return true
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
        var transmissions = nextTransmissions(after: nil)
        while let current = transmissions, messages.count < maximum {
            let free = limit - used - overhead
            guard free > 0 else { break }
            guard let slot = order.popLongest(upTo: free, transmissions: current, from: &slots) else {
                transmissions = nextTransmissions(after: current)
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

    private func nextTransmissions(after last: Int32?) -> Int32? {
        startedFirst
            ? order.mostTransmissions(below: last ?? .max)
            : order.fewestTransmissions(above: last ?? -1)
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
            dropped += 1
            finish(slot, .dropped)
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
            requested[request] = nil
            finished.append((request, how))
        }
        bytes -= slots[slot].payload.count
        slots.remove(slot)
        if slots.count == 0 { named.removeAll() }
        restartAgeIfNothingIsLeft()
    }

    private mutating func restartAgeIfNothingIsLeft() {
        if slots.count == drawn.count { lastAge = 0 }
    }
}
