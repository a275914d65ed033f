import HeapModule
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
        var transmissions = 0
    }

    /// How a broadcast left the queue.
    package enum Finish: Sendable {
        case transmitted
        case replaced
        case pruned
    }

    private var broadcasts: [BroadcastKey: Broadcast] = [:]
    private var named: [NodeName: BroadcastKey] = [:]
    private var tiers: [BroadcastTier] = []
    private var lastIdentity: UInt64 = 0
    private var lastAge: UInt64 = 0
    private var drawn: [BroadcastKey] = []
    /// At most this many messages in the tiers have left the queue.
    private var replaced = 0
    /// Those drawn before all others: a farewell.
    private var urgent: [BroadcastKey] = []
    private var finished: [(RequestID, Finish)] = []

    package init() {}

    package var count: Int { broadcasts.count }
    package var isEmpty: Bool { broadcasts.isEmpty }

    /// What the tiers hold, messages that were replaced among it.
    var queuedTierEntries: Int { tiers.reduce(0) { $0 + $1.count } }

    /// What waits, in no particular order.
    package var all: [Broadcast] { Array(broadcasts.values) }

    /// Queues a message; one that is queued under the same name goes. An urgent one is drawn before all others.
    package mutating func queue(
        _ payload: [UInt8],
        name: NodeName?,
        urgent: Bool = false,
        request: RequestID? = nil
    ) {
        lastIdentity += 1
        lastAge += 1
        let key = BroadcastKey(age: lastAge, identity: lastIdentity)
        if let name {
            remove(named: name)
            named[name] = key
        }
        broadcasts[key] = Broadcast(payload: payload, name: name, request: request)
        if urgent {
            self.urgent.append(key)
        } else {
            insert(key, length: payload.count, transmissions: 0)
        }
    }

    package mutating func remove(named name: NodeName) {
        guard let old = named[name] else { return }
        finish(old, .replaced)
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
        var tier = 0
        // Messages drawn go one tier up only when the draw is over.
        while tier < tiers.count && messages.count < maximum {
            let free = limit - used - overhead
            guard free > 0 else { break }
            guard let identity = popLongest(upTo: free, tier: tier) else {
                tier += 1
                continue
            }
            guard let broadcast = broadcasts[identity] else { continue }
            used += overhead + broadcast.payload.count
            messages.append(broadcast.payload)
            drawn.append(identity)
            restartAgeIfNothingIsLeft()
        }
        while let identity = drawn.popLast() { sent(identity, transmitLimit: transmitLimit) }
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
        for key in urgent where messages.count < maximum {
            guard let broadcast = broadcasts[key], used + overhead + broadcast.payload.count <= limit else {
                continue
            }
            used += overhead + broadcast.payload.count
            messages.append(broadcast.payload)
            broadcasts[key]?.transmissions += 1
            if broadcast.transmissions + 1 >= transmitLimit { finish(key, .transmitted) }
        }
        urgent.removeAll { broadcasts[$0] == nil }
        return used
    }

    /// Drops the last in order until at most `retain` are left.
    package mutating func prune(retain: Int) {
        while count > max(retain, 0), let identity = popLast() {
            finish(identity, .pruned)
        }
    }

    /// How the next broadcast that somebody waits for has ended.
    package mutating func nextFinished() -> (RequestID, Finish)? {
        finished.popLast()
    }

    private mutating func sent(_ identity: BroadcastKey, transmitLimit: Int) {
        guard let transmissions = broadcasts[identity]?.transmissions else { return }
        if transmissions + 1 >= transmitLimit {
            finish(identity, .transmitted)
        } else {
            broadcasts[identity]?.transmissions = transmissions + 1
            insert(
                identity,
                length: broadcasts[identity]?.payload.count ?? 0,
                transmissions: transmissions + 1
            )
        }
    }

    private mutating func finish(_ identity: BroadcastKey, _ how: Finish) {
        guard let broadcast = broadcasts.removeValue(forKey: identity) else { return }
        if let name = broadcast.name, named[name] == identity { named[name] = nil }
        if let request = broadcast.request { finished.append((request, how)) }
        if how == .replaced { replaced += 1 }
        if broadcasts.isEmpty || replaced > 2 * broadcasts.count + 64 { rebuildTiers() }
        restartAgeIfNothingIsLeft()
    }

    /// Sheds the messages that were replaced before any draw met them.
    private mutating func rebuildTiers() {
        replaced = 0
        for index in tiers.indices { tiers[index].removeAll() }
        // No order matters here: the tiers sort. Those that are being drawn come back when the draw is over.
        for (key, broadcast) in broadcasts where !urgent.contains(key) && !drawn.contains(key) {
            insert(key, length: broadcast.payload.count, transmissions: broadcast.transmissions)
        }
    }

    private mutating func restartAgeIfNothingIsLeft() {
        if broadcasts.count == drawn.count { lastAge = 0 }
    }

    private mutating func insert(_ identity: BroadcastKey, length: Int, transmissions: Int) {
        while tiers.count <= transmissions { tiers.append(BroadcastTier()) }
        tiers[transmissions].insert(identity, length: length)
    }

    private mutating func popLongest(upTo length: Int, tier: Int) -> BroadcastKey? {
        while let identity = tiers[tier].popLongest(upTo: length) {
            if broadcasts[identity] != nil { return identity }
        }
        return nil
    }

    private mutating func popLast() -> BroadcastKey? {
        for tier in tiers.indices.reversed() {
            while let identity = tiers[tier].popShortestOldest() {
                if broadcasts[identity] != nil { return identity }
            }
        }
        return nil
    }
}

/// Which broadcast, ordered from old to new.
struct BroadcastKey: Hashable, Comparable, Sendable {
    let age: UInt64
    let identity: UInt64

    static func < (lhs: BroadcastKey, rhs: BroadcastKey) -> Bool {
        (lhs.age, lhs.identity) < (rhs.age, rhs.identity)
    }
}

/// The messages that were sent equally often, by length and age. One that has left the queue stays here
/// until it is met, and the queue passes it over.
struct BroadcastTier: Sendable {
    /// Ascending, and the identities of each length.
    private var lengths: [Int] = []
    private var identities: [Heap<BroadcastKey>] = []
    /// Emptied heaps, for the next length: a message that goes up a tier allocates nothing.
    private var spare: [Heap<BroadcastKey>] = []

    private static let spareHeaps = 64

    var count: Int { identities.reduce(0) { $0 + $1.count } }

    mutating func insert(_ identity: BroadcastKey, length: Int) {
        let position = firstPosition { $0 >= length }
        if position == lengths.count || lengths[position] != length {
            lengths.insert(length, at: position)
            identities.insert(spare.popLast() ?? Heap(), at: position)
        }
        identities[position].insert(identity)
    }

    /// The newest of the longest that are at most `length`.
    mutating func popLongest(upTo length: Int) -> BroadcastKey? {
        let position = firstPosition { $0 > length } - 1
        guard position >= 0, let identity = identities[position].popMax() else { return nil }
        removeIfEmpty(position)
        return identity
    }

    mutating func popShortestOldest() -> BroadcastKey? {
        guard !lengths.isEmpty, let identity = identities[0].popMin() else { return nil }
        removeIfEmpty(0)
        return identity
    }

    mutating func removeAll() {
        lengths.removeAll(keepingCapacity: true)
        identities.removeAll(keepingCapacity: true)
    }

    private mutating func removeIfEmpty(_ position: Int) {
        guard identities[position].isEmpty else { return }
        lengths.remove(at: position)
        let emptied = identities.remove(at: position)
        if spare.count < Self.spareHeaps { spare.append(emptied) }
    }

    private func firstPosition(where belongsAfter: (Int) -> Bool) -> Int {
        var low = 0
        var high = lengths.count
        while low < high {
            let middle = (low + high) / 2
            if belongsAfter(lengths[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
