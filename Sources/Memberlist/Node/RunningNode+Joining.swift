internal import MemberlistCore
internal import MemberlistWire
internal import NIOCore
internal import Tracing

/// Joining: every address at once, a result for each, one deadline for all.
extension RunningNode {
    /// Lookups and exchanges of one join under way at once; half of what the core bears.
    private static let window = Limits.exchanges / 2
    /// Reasons that one line of the log has room for.
    private static let reasonsTold = 3

    private enum Outcome: Sendable {
        case resolved(Int, Result<[Endpoint], JoinError>)
        case dialled(Int, Endpoint, Result<Int, JoinError>)
    }

    func join(_ addresses: [String], timeout: Duration?) async -> [JoinResult] {
        let span = shared.tracing.start(NodeTracing.Name.join, of: configuration.name, in: .current)
        span.set(NodeTracing.Name.addresses, addresses.count)
        let all = await join(addresses, until: .after(timeout ?? configuration.joinTimeout), in: span.context)
        let joined = all.count { $0.succeeded }
        span.set(NodeTracing.Name.joined, joined)
        span.set(NodeTracing.Name.members, snapshot.count)
        span.end(joined > 0 ? "joined" : "nobody", failed: joined == 0)
        if !all.isEmpty, joined == 0 { await reportFailure(all) }
        return all
    }

    private func join(
        _ addresses: [String],
        until deadline: NIODeadline,
        in span: ServiceContext
    ) async -> [JoinResult] {
        seeking.hasLeft = false
        seeking.withSeeds { seeds in
            for text in addresses {
                guard let address = try? JoinAddress(text) else { continue }
                if address.name != nil || !configuration.requiresNodeNames { seeds.add(text, address) }
            }
        }
        var plan = JoinPlan(addresses, requiresNames: configuration.requiresNodeNames)
        await withTaskGroup(of: Outcome.self) { group in
            var running = 0
            while true {
                while running < Self.window, let step = plan.next() {
                    running += 1
                    group.addTask { await self.take(step, until: deadline, in: span) }
                }
                guard !plan.isDecided, let outcome = await group.next() else { break }
                running -= 1
                switch outcome {
                case .resolved(let index, let found):
                    if case .success(let endpoints) = found {
                        seeking.withSeeds { $0.lookedUp(addresses[index], endpoints) }
                    }
                    plan.resolved(index, found)
                case .dialled(let index, let endpoint, let result): plan.dialled(index, endpoint, result)
                }
            }
            // Other addresses of a host that has answered.
            group.cancelAll()
        }
        tellSeeds()
        lookForUnknownSeeds()
        return plan.results(otherwise: .cancelled)
    }

    /// A node that joins nobody must not be a cluster of its own unnoticed.
    func reportFailure(_ results: [JoinResult]) async {
        let isAlone = (try? await handle.ask { $0.isAlone }) ?? true
        let reasons = results.prefix(Self.reasonsTold).map { result in
            guard case .failure(let error) = result.outcome else { return result.address }
            return "\(result.address): \(error)"
        }
        var more = ["addresses": "\(results.count)", "reasons": reasons.joined(separator: "; ")]
        more["sealing-key"] = shared.layers.sealing?.keyIDs.first?.description
        shared.log.warning(
            .lifecycle,
            isAlone ? "the join found nobody: this node is a cluster of its own" : "the join found nobody",
            more
        )
    }

    private func take(
        _ step: JoinPlan.Step,
        until deadline: NIODeadline,
        in span: ServiceContext
    ) async -> Outcome {
        switch step {
        case .resolve(let index, let address):
            .resolved(index, await endpoints(of: address, until: deadline))
        case .dial(let index, let endpoint, let name):
            .dialled(index, endpoint, await exchange(with: endpoint, name: name, until: deadline, in: span))
        }
    }

    /// All endpoints that an address stands for.
    func endpoints(
        of address: JoinAddress,
        until deadline: NIODeadline
    ) async -> Result<[Endpoint], JoinError> {
        let all: [Endpoint]
        do {
            all = try await shared.resolver.endpoints(
                of: address.place,
                port: address.port,
                default: configuration.usualPort,
                until: deadline
            )
        } catch {
            return .failure((error as? DNSFailure)?.joinError ?? .cancelled)
        }
        // A socket bound to an IPv4 address sends no datagram to an IPv6 one; where the host has both, the others
        // are of no use. Nor is this node itself, where its host's name stands for other members too.
        let reachable = all.filter { transport.reaches($0.address) }
        let own = snapshot.localMember.endpoint
        let others = (reachable.isEmpty ? all : reachable).filter { $0 != own && !transport.listens(at: $0) }
        return .success(others.isEmpty ? all : others)
    }

    /// - Parameter asSeed: Whether discovery found it, and nobody asked: a node that leaves meanwhile stays away.
    func exchange(
        with endpoint: Endpoint,
        name: NodeName?,
        asSeed: Bool = false,
        until deadline: NIODeadline,
        in span: ServiceContext? = nil
    ) async -> Result<Int, JoinError> {
        guard shared.allows(endpoint.address) else { return .failure(.networkNotAllowed) }
        guard name != nil || !configuration.requiresNodeNames else { return .failure(.nameMissing) }
        let first = await attempt(endpoint, name: name, asSeed: asSeed, until: deadline, in: span)
        // Somebody else than was expected cannot read what was sealed for that member; what is for anybody, it can.
        guard name != nil, !configuration.requiresNodeNames, case .failure(let error) = first,
            error.mayBeAnothers
        else { return first }
        return await attempt(endpoint, name: nil, asSeed: asSeed, until: deadline, in: span)
    }

    private func attempt(
        _ endpoint: Endpoint,
        name: NodeName?,
        asSeed: Bool,
        until deadline: NIODeadline,
        in span: ServiceContext?
    ) async -> Result<Int, JoinError> {
        do {
            return .success(
                try await handle.wait(until: deadline, timeout: JoinError.timedOut) {
                    [seeking] driver, promise in
                    // Asked on the loop, where a leave comes after its mark: it is not undone by a dial.
                    if asSeed, seeking.hasLeft { return promise.fail(JoinError.unavailable) }
                    driver.join(endpoint, name: name, until: deadline, in: span, promise: promise)
                }
            )
        } catch {
            return .failure((error as? JoinError) ?? .cancelled)
        }
    }
}

extension JoinError {
    /// Whether a peer was there and could do nothing with what it got.
    fileprivate var mayBeAnothers: Bool {
        switch self {
        case .noAnswer, .unreadable: true
        default: false
        }
    }
}
