internal import MemberlistCore
internal import MemberlistWire
internal import NIOCore

/// The addresses that joins were given, as they were given: a host name may stand for others by the time that somebody
/// is looked for.
struct SeedNames {
    private struct Seed: Equatable {
        let host: AddressText.Host
        let port: UInt16
    }

    private var seeds: [Seed] = []
    private var isLooking = false

    /// The newest last; at the limit the oldest goes.
    mutating func add(_ address: String, defaultPort: UInt16) {
        guard let text = AddressText(address) else { return }
        let seed = Seed(host: text.host, port: text.port ?? defaultPort)
        seeds.removeAll { $0 == seed }
        if seeds.count >= Limits.seeds { seeds.removeFirst() }
        seeds.append(seed)
    }

    /// What to look up; nil where no name is among them, or they are being looked up already.
    mutating func start() -> [(host: AddressText.Host, port: UInt16)]? {
        let hasName = seeds.contains { if case .name = $0.host { true } else { false } }
        guard !isLooking, hasName else { return nil }
        isLooking = true
        return seeds.map { ($0.host, $0.port) }
    }

    mutating func finish() { isLooking = false }
}

extension ProtocolDriver {
    /// Looks up the names of all seeds. Where one has no address now, all stay what they were.
    func lookForSeeds() {
        guard let names = seeds.start() else { return }
        let lookups = names.map { name in
            let promise = handle.loop.makePromise(of: [Endpoint].self)
            Resolver.endpoints(of: name.host, port: name.port, completing: promise)
            return promise.futureResult
        }
        EventLoopFuture.whenAllSucceed(lookups, on: handle.loop).whenComplete { [handle] result in
            guard let driver = handle.driver else { return }
            driver.seeds.finish()
            guard case .success(let found) = result else { return }
            driver.perform(.seedsChanged(found.joined().filter { driver.shared.allows($0.address) }))
        }
    }
}
