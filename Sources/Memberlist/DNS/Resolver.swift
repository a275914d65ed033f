internal import MemberlistWire
internal import NIOCore
internal import Synchronization

/// One node's way from names to endpoints: c-ares with the node's settings, on a thread apart.
final class Resolver: Sendable {
    private struct State {
        var lookups: [ObjectIdentifier: DNSLookup] = [:]
        var isClosed = false
    }

    let settings: MemberlistConfiguration.DNS
    private let state = Mutex(State())

    init(_ settings: MemberlistConfiguration.DNS) {
        self.settings = settings
    }

    /// Ends every lookup, and all to come: the node goes.
    func close() {
        let lookups = state.withLock { state in
            state.isClosed = true
            return Array(state.lookups.values)
        }
        for lookup in lookups { lookup.finish(.failure(.cancelled)) }
        if !lookups.isEmpty { DNSThread.shared.ring() }
    }

    /// Every endpoint of an address once, IPv4 first; of a service those of the preferred hosts first.
    ///
    /// - Throws: ``DNSFailure``.
    func endpoints(
        of place: JoinAddress.Place,
        port: UInt16?,
        default usualPort: UInt16,
        until deadline: NIODeadline
    ) async throws -> [Endpoint] {
        switch place {
        case .address(let address):
            return [Endpoint(address: address, port: port ?? usualPort)]
        case .host(let name):
            let addresses = try await addresses(of: name, until: deadline)
            return addresses.map { Endpoint(address: $0, port: port ?? usualPort) }
        case .service(let name):
            return try await endpoints(ofService: name, port: port, until: deadline)
        }
    }

    /// All A and AAAA records of a name, or what the hosts file has for it.
    ///
    /// - Throws: ``DNSFailure``.
    func addresses(
        of name: String,
        searches: Bool = true,
        until deadline: NIODeadline
    ) async throws -> [IPAddress] {
        if let address = IPAddress(name) { return [address] }
        let query = DNSQuery(kind: .addresses, name: name, searches: searches)
        guard case .addresses(let found) = try await ask(query, until: deadline), !found.isEmpty else {
            throw DNSFailure.notFound
        }
        // Answers come in either order; this one does not change from one look to the next.
        return found.filter(\.isIPv4) + found.filter { !$0.isIPv4 }
    }

    private func endpoints(
        ofService name: String,
        port: UInt16?,
        until deadline: NIODeadline
    ) async throws -> [Endpoint] {
        let query = DNSQuery(kind: .services, name: name)
        guard case .services(let records) = try await ask(query, until: deadline), !records.isEmpty else {
            throw DNSFailure.notFound
        }
        let ordered = records.sorted { ($0.priority, $1.weight) < ($1.priority, $0.weight) }
        let found = await withTaskGroup(of: (Int, Result<[IPAddress], any Error>).self) { group in
            for (index, record) in ordered.enumerated() {
                group.addTask {
                    do {
                        let addresses = try await self.addresses(
                            of: record.target,
                            searches: false,
                            until: deadline
                        )
                        return (index, .success(addresses))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        var seen: Set<Endpoint> = []
        var endpoints: [Endpoint] = []
        for (index, record) in ordered.enumerated() {
            for address in (try? found[index]?.get()) ?? [] where endpoints.count < Limits.hostAddresses {
                let endpoint = Endpoint(address: address, port: port ?? record.port)
                if seen.insert(endpoint).inserted { endpoints.append(endpoint) }
            }
        }
        if endpoints.isEmpty, case .failure(let error)? = found[0] { throw error }
        return endpoints
    }

    private func ask(_ query: DNSQuery, until deadline: NIODeadline) async throws -> DNSAnswer {
        let lookup = DNSLookup(query, settings: settings, until: deadline)
        let id = ObjectIdentifier(lookup)
        let isClosed = state.withLock { state in
            if !state.isClosed { state.lookups[id] = lookup }
            return state.isClosed
        }
        guard !isClosed else { throw DNSFailure.cancelled }
        defer { state.withLock { _ = $0.lookups.removeValue(forKey: id) } }
        return try await withTaskCancellationHandler {
            DNSThread.shared.submit(lookup)
            return try await lookup.answer()
        } onCancel: {
            lookup.finish(.failure(.cancelled))
            DNSThread.shared.ring()
        }
    }
}
