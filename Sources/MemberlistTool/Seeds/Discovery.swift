import Logging
import Memberlist

/// Resolves a name again and again, and joins those of its addresses that are not members yet.
struct Discovery {
    private static let pause: Duration = .seconds(10)
    private static let joinTimeout: Duration = .seconds(9)

    let node: Memberlist
    let host: String
    let port: UInt16
    let presence: Presence
    let logger: Logger

    func run() async {
        var candidates = DiscoveredAddresses()
        repeat {
            if !presence.hasLeft { await look(&candidates) }
        } while (try? await Task.sleep(for: Self.pause)) != nil
    }

    private func look(_ candidates: inout DiscoveredAddresses) async {
        let found: [IPAddress]
        do {
            found = try await HostResolver.addresses(of: host)
        } catch {
            return logger.warning(
                "discovery found no addresses",
                metadata: ["name": "\(host)", "reason": "\(error)"]
            )
        }
        let unknown = candidates.strangers(
            in: found.map { Endpoint(address: $0, port: port) },
            members: node.members,
            own: node.localMember.endpoint
        )
        guard !unknown.isEmpty, !Task.isCancelled else { return }
        let results = await node.join(unknown.map(\.description), timeout: Self.joinTimeout)
        for (endpoint, result) in zip(unknown, results) {
            if result.succeeded {
                candidates.answered(endpoint)
            } else {
                logger.debug(
                    "a discovered address did not answer",
                    metadata: ["address": "\(endpoint)", "outcome": "\(result.outcome)"]
                )
            }
        }
    }
}

/// Which of the addresses that a name has are worth a join.
struct DiscoveredAddresses {
    /// Addresses that answered and that no member says are its own: this node or a member under another
    /// address. Asked anew only once this node is alone.
    private var aliases: Set<Endpoint> = []

    mutating func strangers(in found: [Endpoint], members: [Member], own: Endpoint) -> [Endpoint] {
        let living = members.filter { $0.isPresent && $0.endpoint != own }
        let endpoints = Set(living.map(\.endpoint))
        aliases = living.isEmpty ? [] : aliases.intersection(found).subtracting(endpoints)
        let known = endpoints.union([own]).union(aliases)
        return Set(found).subtracting(known).sorted { "\($0)" < "\($1)" }
    }

    mutating func answered(_ endpoint: Endpoint) {
        aliases.insert(endpoint)
    }
}
