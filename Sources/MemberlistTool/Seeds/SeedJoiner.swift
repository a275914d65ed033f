import Logging
import Memberlist

/// Joins the addresses that the agent was given, and keeps at it until it is not alone; again when it ever is.
struct SeedJoiner {
    private static let joinTimeout: Duration = .seconds(10)
    private static let watchPause: Duration = .seconds(10)

    let node: Memberlist
    let seeds: [String]
    let presence: Presence
    let logger: Logger

    func run() async {
        while !Task.isCancelled {
            await joinUntilAccompanied()
            // Nobody is dialled while there is anybody: gossip does the rest.
            while node.isAccompanied || presence.hasLeft {
                guard (try? await Task.sleep(for: Self.watchPause)) != nil else { return }
            }
        }
    }

    private func joinUntilAccompanied() async {
        var pause = RetryPause(generator: SystemRandomNumberGenerator())
        while !Task.isCancelled, !presence.hasLeft, !node.isAccompanied {
            let results = await node.join(seeds, timeout: Self.joinTimeout)
            if node.isAccompanied || Task.isCancelled { return }
            let next = pause.next()
            for result in results {
                logger.warning(
                    "a join found nobody",
                    metadata: [
                        "address": "\(result.address)", "reason": "\(result.reason)", "next": "\(next)",
                    ]
                )
            }
            guard (try? await Task.sleep(for: next)) != nil else { return }
        }
    }
}

extension JoinResult {
    fileprivate var reason: String {
        switch outcome {
        case .success: "only this member itself answered"
        case .failure(let error): "\(error)"
        }
    }
}

extension Memberlist {
    /// Whether any other member lives.
    var isAccompanied: Bool {
        let own = localMember.name
        return members.contains { $0.name != own && $0.isPresent }
    }
}

extension Member {
    var isPresent: Bool { state == .alive || state == .suspect }
}
