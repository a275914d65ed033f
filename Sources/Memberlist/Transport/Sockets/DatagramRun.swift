internal import MemberlistWire

/// Datagrams of one length for one receiver, one behind another. The system takes a run in one call, and cuts it up
/// itself (UDP segmentation offload), at a third of what so many calls cost.
struct DatagramRun {
    private(set) var bytes: [UInt8] = []
    private(set) var receiver: Endpoint?
    /// Of each of them.
    private(set) var length = 0
    private(set) var count = 0

    /// What Linux cuts up at most.
    private static let mostDatagrams = 64
    private static let mostBytes = 65_000

    var isEmpty: Bool { count == 0 }

    /// Adds a datagram; false, and nothing is added, where it does not go with those that wait.
    mutating func append(_ datagram: [UInt8], to endpoint: Endpoint) -> Bool {
        if count > 0 {
            guard receiver == endpoint, length == datagram.count, count < Self.mostDatagrams,
                bytes.count + length <= Self.mostBytes
            else { return false }
        } else {
            receiver = endpoint
            length = datagram.count
        }
        bytes.append(contentsOf: datagram)
        count += 1
        return true
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        count = 0
    }
}
