internal import MemberlistCore
internal import MemberlistWire
internal import NIOCore
internal import Tracing

/// Joining: every address at once, a result for each, one deadline for all.
extension RunningNode {
    /// Exchanges of one join under way at once; far below what the core bears.
    private static let window = 32
    /// Reasons that one line of the log has room for.
    private static let reasonsTold = 3
    /// Addresses of one host name that are tried.
    private static let addressesOfAHost = 16

    func join(_ addresses: [String], timeout: Duration?) async -> [JoinResult] {
        let deadline = NIODeadline.after(timeout ?? configuration.joinTimeout)
        let span = shared.tracing.start(NodeTracing.Name.join, of: configuration.name, in: .current)
        span.set(NodeTracing.Name.addresses, addresses.count)
        let all = await join(addresses, until: deadline, in: span.context)
        let joined = all.count { $0.succeeded }
        span.set(NodeTracing.Name.joined, joined)
        span.set(NodeTracing.Name.members, snapshot.count)
        span.end(joined > 0 ? "joined" : "nobody", failed: joined == 0)
        if !all.isEmpty, joined == 0 { reportFailure(all) }
        return all
    }

    private func join(
        _ addresses: [String],
        until deadline: NIODeadline,
        in span: ServiceContext
    ) async -> [JoinResult] {
        var results = [JoinResult?](repeating: nil, count: addresses.count)
        await withTaskGroup(of: (Int, JoinResult).self) { group in
            var rest = addresses.enumerated().makeIterator()
            func startNext() {
                guard let (index, address) = rest.next() else { return }
                group.addTask { (index, await self.join(address, until: deadline, in: span)) }
            }
            for _ in 0..<Self.window { startNext() }
            while let (index, result) = await group.next() {
                results[index] = result
                startNext()
            }
        }
        return results.compactMap { $0 }
    }

    /// A node that joins nobody must not be a cluster of its own unnoticed.
    private func reportFailure(_ results: [JoinResult]) {
        let isAlone = !snapshot.members.contains {
            $0.name != snapshot.localMember.name && ($0.state == .alive || $0.state == .suspect)
        }
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

    private func join(
        _ address: String,
        until deadline: NIODeadline,
        in span: ServiceContext
    ) async -> JoinResult {
        let (name, place) = Self.parts(of: address)
        let endpoints: [Endpoint]
        do {
            guard name != nil || !configuration.requiresNodeNames else { throw JoinError.nameMissing }
            handle.submit { [bound] in $0.seeds.add(place, defaultPort: bound.port) }
            endpoints = try await resolve(place, until: deadline)
        } catch {
            return JoinResult(address: address, endpoint: nil, outcome: .failure(joinError(error)))
        }
        var last = JoinResult(address: address, endpoint: nil, outcome: .failure(.unresolved))
        await withTaskGroup(of: JoinResult.self) { group in
            for endpoint in endpoints.prefix(Self.addressesOfAHost) {
                group.addTask { await self.join(address, name, at: endpoint, until: deadline, in: span) }
            }
            for await result in group where !last.succeeded { last = result }
        }
        return last
    }

    /// `name/address`: whom the caller means, where it says so, and where that is.
    private static func parts(of address: String) -> (name: NodeName?, place: String) {
        guard let slash = address.lastIndex(of: "/") else { return (nil, address) }
        let name = address[..<slash]
        return (name.isEmpty ? nil : NodeName(String(name)), String(address[address.index(after: slash)...]))
    }

    private func resolve(_ address: String, until deadline: NIODeadline) async throws -> [Endpoint] {
        guard let text = AddressText(address) else { throw JoinError.malformedAddress }
        let port = text.port ?? bound.port
        let all: [Endpoint] = try await handle.wait(until: deadline, timeout: JoinError.timedOut) {
            _,
            promise in
            Resolver.endpoints(of: text.host, port: port, completing: promise)
        }
        // A socket bound to an IPv4 address sends no datagram to an IPv6 one; where the host has both, the
        // others are of no use.
        let reachable = all.filter { transport.reaches($0.address) }
        return reachable.isEmpty ? all : reachable
    }

    private func join(
        _ address: String,
        _ name: NodeName?,
        at endpoint: Endpoint,
        until deadline: NIODeadline,
        in span: ServiceContext
    ) async -> JoinResult {
        do {
            guard shared.allows(endpoint.address) else { throw JoinError.networkNotAllowed }
            let members: Int = try await handle.wait(until: deadline, timeout: JoinError.timedOut) {
                driver,
                promise in
                driver.join(endpoint, name: name, until: deadline, in: span, promise: promise)
            }
            return JoinResult(address: address, endpoint: endpoint, outcome: .success(members))
        } catch {
            return JoinResult(address: address, endpoint: endpoint, outcome: .failure(joinError(error)))
        }
    }

    private func joinError(_ error: any Error) -> JoinError {
        (error as? JoinError) ?? .cancelled
    }
}
