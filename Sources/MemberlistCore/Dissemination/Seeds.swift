import MemberlistWire

/// Addresses through which the cluster is found again: those that the application joined, or that its discovery found.
struct Seeds: Sendable {
    private struct Seed: Sendable {
        let endpoint: Endpoint
        /// Whoever answers there said nothing new, and no member has failed since that many had.
        var restedAt: UInt64?
        /// The member that lived there said that it leaves.
        var isLeft = false
    }

    private var all: [Seed] = []
    /// Members that were declared failed so far.
    private var failures: UInt64 = 0

    var isEmpty: Bool { all.isEmpty }

    /// Adds one; at the limit the oldest gives way.
    mutating func insert(_ endpoint: Endpoint) {
        guard position(of: endpoint) == nil else { return }
        if all.count >= Limits.seeds { all.removeFirst() }
        all.append(Seed(endpoint: endpoint))
    }

    /// These and no others. What is known of those that stay is kept.
    mutating func replace(with endpoints: [Endpoint]) {
        let old = all
        all = []
        for endpoint in endpoints.prefix(Limits.seeds) where position(of: endpoint) == nil {
            all.append(old.first { $0.endpoint == endpoint } ?? Seed(endpoint: endpoint))
        }
    }

    /// A member failed: whoever answers at an address may know more now than it did.
    mutating func memberFailed() { failures += 1 }

    /// Whoever answered there is one of the cluster that this node knows.
    mutating func rest(_ endpoint: Endpoint) {
        if let position = position(of: endpoint) { all[position].restedAt = failures }
    }

    mutating func memberLeft(at endpoint: Endpoint) {
        if let position = position(of: endpoint) { all[position].isLeft = true }
    }

    mutating func memberCame(at endpoint: Endpoint) {
        if let position = position(of: endpoint) { all[position].isLeft = false }
    }

    /// Those that are worth a try.
    ///
    /// - Parameters:
    ///   - isAlone: Then no seed is passed over for what it was once.
    ///   - isKnown: Whether this node, or a member that lives, listens there.
    func unmet(isAlone: Bool, isKnown: (Endpoint) -> Bool) -> [Endpoint] {
        all.filter { seed in
            !isKnown(seed.endpoint) && (isAlone || !(seed.isLeft || seed.restedAt == failures))
        }.map(\.endpoint)
    }

    private func position(of endpoint: Endpoint) -> Int? { all.firstIndex { $0.endpoint == endpoint } }
}
