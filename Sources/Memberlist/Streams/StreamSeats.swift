internal import MemberlistWire

/// Who of the peers' streams gives way, and what each may hold, when there is not room for all: shared by the
/// addresses that they come from, so that nobody keeps the others out by opening many.
struct StreamSeats {
    typealias ID = ObjectIdentifier

    private struct Seat {
        let origin: IPAddress
        let since: Int64
        var held = 0
    }

    private struct Origin {
        /// Streams that have brought no message yet, the oldest first.
        var waiting: [ID] = []
        /// Bytes, of which the first ``Limits/streamOrigin`` are its own while it has a reserve.
        var held = 0
        var hasReserve = false
        var shared: Int { max(0, held - (hasReserve ? Limits.streamOrigin : 0)) }
    }

    private var seats: [ID: Seat] = [:]
    private var origins: [IPAddress: Origin] = [:]
    private var reserves = 0
    private var shared = 0

    /// Streams that are open.
    var count: Int { seats.count }

    mutating func take(_ id: ID, from address: IPAddress?, at now: Int64) {
        let origin = Self.origin(of: address)
        seats[id] = Seat(origin: origin, since: now)
        origins[origin, default: Origin()].waiting.append(id)
    }

    /// The stream has brought its message: it holds nothing, and gives way to nobody any more.
    mutating func settle(_ id: ID) {
        _ = hold(0, by: id)
        guard let seat = seats[id] else { return }
        origins[seat.origin]?.waiting.removeAll { $0 == id }
    }

    mutating func leave(_ id: ID) {
        settle(id)
        guard let seat = seats.removeValue(forKey: id), let origin = origins[seat.origin] else { return }
        if origin.waiting.isEmpty, origin.held == 0 { origins[seat.origin] = nil }
    }

    /// The stream to close for a newcomer: the oldest of the address that has the most. At once where that has far
    /// more than the newcomer's; else only where the stream has had time to say something, or nobody would ever be
    /// heard when many come at once.
    func givingWay(to address: IPAddress?, at now: Int64) -> ID? {
        let waiting = origins.values.lazy.compactMap { origin in
            origin.waiting.first.map { (count: origin.waiting.count, first: $0) }
        }
        let since = { (id: ID) in seats[id]?.since ?? now }
        let largest = waiting.max { one, other in
            (one.count, -since(one.first)) < (other.count, -since(other.first))
        }
        guard let largest else { return nil }
        let own = origins[Self.origin(of: address)]?.waiting.count ?? 0
        let isHoarder = largest.count > own + Limits.streamLead
        let isSilent = now - since(largest.first) >= Limits.streamGraceNanoseconds
        return isHoarder || isSilent ? largest.first : nil
    }

    /// Sets what a stream holds above its own allowance; false, and it stays as it was, where there is no room.
    mutating func hold(_ bytes: Int, by id: ID) -> Bool {
        guard let seat = seats[id], var origin = origins[seat.origin] else { return bytes == 0 }
        let before = origin
        origin.held += bytes - seat.held
        if origin.held == 0 {
            origin.hasReserve = false
        } else if !origin.hasReserve {
            origin.hasReserve = reserves < Limits.streamOrigins
        }
        let wanted = shared + origin.shared - before.shared
        guard bytes <= seat.held || wanted <= Limits.streamsTogether else { return false }
        shared = wanted
        reserves += (origin.hasReserve ? 1 : 0) - (before.hasReserve ? 1 : 0)
        origins[seat.origin] = origin
        seats[id]?.held = bytes
        return true
    }

    /// One host has a whole network of IPv6 addresses.
    private static func origin(of address: IPAddress?) -> IPAddress {
        guard let address, !address.isIPv4 else { return address ?? IPAddress(ipv4: 0) }
        return IPAddress(high: address.high, low: 0)
    }
}
