import ArgumentParser

/// A piece of work that is measured on both sides, by the name that both know it by.
enum Row: String, CaseIterable, ExpressibleByArgument {
    case seal
    case sealEncrypt = "seal-encrypt"
    case open
    case refuse
    case pushPullOut = "pushpull-out-10000"
    case pushPullIn = "pushpull-in-10000"
    case merge = "merge-10000"
    case queue = "queue-10000"
    /// Four figures of one cluster.
    case cluster100 = "cluster-100"
    case cluster1000 = "cluster-1000"
    case floodLoss = "flood-loss"
    case socket

    func measure(_ inputs: Inputs, seconds: Double, port: Int?) async throws -> [Figure] {
        switch self {
        case .seal: [try DatagramRows.seal(inputs, compresses: true, seconds: seconds)]
        case .sealEncrypt: [try DatagramRows.seal(inputs, compresses: false, seconds: seconds)]
        case .open: [try DatagramRows.open(inputs, seconds: seconds)]
        case .refuse: [try DatagramRows.refuse(inputs, seconds: seconds)]
        case .pushPullOut: [try StateRows(inputs).sendOut(seconds: seconds)]
        case .pushPullIn: [try StateRows(inputs).takeIn(seconds: seconds)]
        case .merge: [try StateRows(inputs).merge(seconds: seconds)]
        case .queue: [try QueueRow.measure(seconds: seconds)]
        case .cluster100: try await ClusterRows.hundred(inputs)
        case .cluster1000: [try await ClusterRows.thousand(inputs)]
        case .floodLoss: [try await FloodRow.measure(inputs, port: port)]
        case .socket: [try await SocketRow.measure(seconds: max(3, seconds))]
        }
    }

    /// What the table calls the figures of this row's run, in order.
    var figures: [String] {
        switch self {
        case .cluster100: ["idle-cpu-100", "memory-100", "converge-100", "detect-100"]
        case .cluster1000: ["converge-1000"]
        default: [rawValue]
        }
    }

    /// A row, by its own name or by that of one of its figures.
    init?(argument: String) {
        guard
            let row = Self.allCases.first(where: { $0.rawValue == argument || $0.figures.contains(argument) })
        else { return nil }
        self = row
    }

    /// Runs of some minutes are repeated less often than those of a second.
    func rounds(of all: Int) -> Int {
        switch self {
        case .cluster100: min(all, 3)
        case .cluster1000: 1
        case .floodLoss: min(all, 3)
        default: all
        }
    }
}
