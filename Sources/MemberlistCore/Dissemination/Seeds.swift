package import MemberlistWire

/// Where a member may be, and who is expected there.
package struct Seed: Hashable, Sendable {
    package let endpoint: Endpoint
    /// Nil: whoever listens there.
    package let name: NodeName?

    package init(_ endpoint: Endpoint, name: NodeName? = nil) {
        self.endpoint = endpoint
        self.name = name
    }
}

/// Addresses through which the cluster is found again: those that the application joined, or that its discovery found.
struct Seeds: Sendable {
    private struct Entry: Sendable {
        let seed: Seed
        /// Whoever answers there said nothing new, and no member has failed since that many had.
        var restedAt: UInt64?
        /// The member that lived there said that it leaves.
        var isLeft = false
    }

    private var all: [Entry] = []
    /// Members that were declared failed so far.
    private var failures: UInt64 = 0

    var isEmpty: Bool { all.isEmpty }

    /// Adds one; at the limit the oldest gives way.
    mutating func insert(_ seed: Seed) {
        guard !contains(seed) else { return }
        if all.count >= Limits.seeds { all.removeFirst() }
        all.append(Entry(seed: seed))
    }

    /// These and no others. What is known of those that stay is kept.
    mutating func replace(with seeds: [Seed]) {
        let old = all
        all = []
        for seed in seeds.prefix(Limits.seeds) where !contains(seed) {
            all.append(old.first { $0.seed == seed } ?? Entry(seed: seed))
        }
    }

    /// A member failed: whoever answers at an address may know more now than it did.
    mutating func memberFailed() { failures += 1 }

    /// Whoever answered there is one of the cluster that this node knows.
    mutating func rest(_ endpoint: Endpoint) {
        for index in all.indices where all[index].seed.endpoint == endpoint { all[index].restedAt = failures }
    }

    mutating func memberLeft(at endpoint: Endpoint) { mark(endpoint, isLeft: true) }

    mutating func memberCame(at endpoint: Endpoint) { mark(endpoint, isLeft: false) }

    /// Those that are worth a try.
    ///
    /// - Parameters:
    ///   - isAlone: Then no seed is passed over for what it was once.
    ///   - isKnown: Whether this node, or a member that lives, is that seed.
    func unmet(isAlone: Bool, isKnown: (Seed) -> Bool) -> [Seed] {
        all.filter { entry in
            !isKnown(entry.seed) && (isAlone || !(entry.isLeft || entry.restedAt == failures))
        }.map(\.seed)
    }

    private mutating func mark(_ endpoint: Endpoint, isLeft: Bool) {
        for index in all.indices where all[index].seed.endpoint == endpoint { all[index].isLeft = isLeft }
    }

    private func contains(_ seed: Seed) -> Bool { all.contains { $0.seed == seed } }
}
