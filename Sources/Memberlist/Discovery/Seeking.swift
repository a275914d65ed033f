internal import MemberlistCore
internal import MemberlistWire
internal import NIOCore
internal import Synchronization

/// What a node's discovery has in mind, from its start to its end.
final class Seeking: Sendable {
    private struct State {
        var book: SeedBook
        var seeds = SeedList()
        var tasks: [Task<Void, Never>] = []
        var hasLeft = false
        var isOver = false
    }

    private let state: Mutex<State>

    init(_ configuration: MemberlistConfiguration) {
        let book = SeedBook(
            interval: max(1, configuration.discovery.interval.wholeNanoseconds),
            heals: configuration.healing.interval > .zero
        )
        state = Mutex(State(book: book))
    }

    /// Whether the node has left: it looks for nobody then, until it joins again.
    var hasLeft: Bool {
        get { state.withLock { $0.hasLeft } }
        set { state.withLock { $0.hasLeft = newValue } }
    }

    func withBook<Value: Sendable>(_ body: (inout SeedBook) -> Value) -> Value {
        state.withLock { body(&$0.book) }
    }

    func withSeeds<Value: Sendable>(_ body: (inout SeedList) -> Value) -> Value {
        state.withLock { body(&$0.seeds) }
    }

    func add(_ task: Task<Void, Never>) {
        let isOver = state.withLock { state in
            if !state.isOver { state.tasks.append(task) }
            return state.isOver
        }
        if isOver { task.cancel() }
    }

    /// For good. It does not wait for the sources: one of them may be what shuts the node down.
    func stop() {
        let tasks = state.withLock { state in
            state.isOver = true
            defer { state.tasks = [] }
            return state.tasks
        }
        for task in tasks { task.cancel() }
    }
}

/// Asking the sources of members, each in a task of its own, so that one that hangs holds up no other.
extension RunningNode {
    private static let shortestPause: Duration = .milliseconds(500)
    /// Names of one source that are looked up at once.
    private static let lookups = 64
    /// What all addresses of a source that are no names are kept under; no text of its own is empty and leads anywhere.
    private static let numbers = ""

    func startSeeking() {
        let settings = configuration.discovery
        for (index, source) in settings.sources.enumerated() {
            // Weakly: the tasks end with the node, and the node is not to wait for them.
            let task = Task { [weak self] in
                var pace = SeekingPace(interval: settings.interval, generator: SystemRandomNumberGenerator())
                var addresses: [String] = []
                while !Task.isCancelled {
                    guard let isAlone = await self?.look(at: source, index, &addresses) else { return }
                    await Self.pause(pace.next(isAlone: isAlone), or: source)
                }
            }
            seeking.add(task)
        }
    }

    private static func pause(_ pause: Duration, or source: any MemberDiscovery) async {
        // A source that always has a change must not be asked all the time.
        try? await Task.sleep(for: min(pause, shortestPause))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await Task.sleep(for: max(.zero, pause - shortestPause)) }
            group.addTask {
                do {
                    try await source.waitForChange()
                } catch {
                    try? await Task.sleep(for: pause)
                }
            }
            await group.next()
            group.cancelAll()
        }
    }

    /// - Parameter addresses: What the source last said, which stands where it fails.
    /// - Returns: Whether this node is alone afterwards; nil once it has stopped.
    private func look(
        at source: any MemberDiscovery,
        _ index: Int,
        _ addresses: inout [String]
    ) async -> Bool? {
        if !seeking.hasLeft {
            do {
                addresses = try await source.addresses()
            } catch {
                guard !Task.isCancelled else { return nil }
                shared.log.warning(
                    .network,
                    "discovery failed; what it last found stands",
                    ["source": "\(type(of: source))", "reason": "\(error)"]
                )
            }
            await look(at: Array(addresses.prefix(Limits.discoveredAddresses)), of: index)
        }
        return try? await handle.ask { $0.isAlone }
    }

    /// Each name on its own, so that one that is slow to be looked up holds up no address.
    private func look(at texts: [String], of source: Int) async {
        seeking.withSeeds { $0.keep(Set(texts + [Self.numbers]), of: source) }
        var known: [Seed] = []
        var names: [(String, JoinAddress)] = []
        for text in texts {
            do {
                let address = try JoinAddress(text)
                guard address.name != nil || !configuration.requiresNodeNames else {
                    throw JoinError.nameMissing
                }
                if case .address(let number) = address.place {
                    let endpoint = Endpoint(address: number, port: address.port ?? configuration.usualPort)
                    known.append(Seed(endpoint, name: address.name))
                } else {
                    names.append((text, address))
                }
            } catch {
                report(text, error)
            }
        }
        await withTaskGroup(of: Void.self) { [known] group in
            group.addTask { await self.found(known, at: Self.numbers, by: source) }
            for (count, (text, address)) in names.enumerated() {
                if count >= Self.lookups { await group.next() }
                group.addTask { await self.lookUp(text, address, of: source) }
            }
        }
    }

    private func lookUp(_ text: String, _ address: JoinAddress, of source: Int) async {
        switch await endpoints(of: address, until: .after(configuration.joinTimeout)) {
        case .success(let endpoints):
            await found(endpoints.map { Seed($0, name: address.name) }, at: text, by: source)
        case .failure(let error):
            report(text, error)
        }
    }

    private func report(_ text: String, _ error: any Error) {
        guard !Task.isCancelled else { return }
        shared.log.warning(
            .network,
            "discovery found an address that leads nowhere",
            ["address": text, "reason": "\(error)"]
        )
    }

    /// These are the seeds now: whoever of them is no member is told to the core, and dialled unless it was of late.
    private func found(_ seeds: [Seed], at text: String, by source: Int) async {
        let answer = try? await handle.ask { [transport] driver in
            let arePresent = seeds.map {
                driver.isPresent(at: $0.endpoint) || transport.listens(at: $0.endpoint)
            }
            return (arePresent, driver.isAlone)
        }
        guard let (arePresent, isAlone) = answer, !Task.isCancelled else { return }
        let strangers = zip(seeds, arePresent).filter { !$0.1 }.map(\.0)
        seeking.withSeeds { $0.found(strangers, at: text, by: source) }
        tellSeeds()
        let due = seeking.withBook { book in
            for (seed, isPresent) in zip(seeds, arePresent) where isPresent { book.forget(seed.endpoint) }
            var random = SystemRandomNumberGenerator()
            return book.due(among: strangers, isAlone: isAlone, at: .now, using: &random)
        }
        guard !due.isEmpty else { return }
        let deadline = NIODeadline.after(configuration.streams.timeout)
        let results = await withTaskGroup(of: JoinResult.self) { group in
            for seed in due {
                group.addTask { await self.dial(seed, until: deadline) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        guard !Task.isCancelled, !seeking.hasLeft, !results.contains(where: \.succeeded) else { return }
        if (try? await handle.ask { $0.isAlone }) == true { await reportFailure(results) }
    }

    private func dial(_ seed: Seed, until deadline: NIODeadline) async -> JoinResult {
        let endpoint = seed.endpoint
        let outcome = await exchange(with: endpoint, name: seed.name, asSeed: true, until: deadline)
        let result = JoinResult(address: "\(endpoint)", endpoint: endpoint, outcome: outcome)
        guard !Task.isCancelled, !seeking.hasLeft else {
            seeking.withBook { $0.abandoned(endpoint) }
            return result
        }
        seeking.withBook { book in
            var random = SystemRandomNumberGenerator()
            book.dialled(endpoint, succeeded: result.succeeded, at: .now, using: &random)
        }
        if case .failure(let error) = outcome {
            shared.log.debug(
                .network,
                "a discovered address did not answer",
                ["address": "\(endpoint)", "reason": "\(error)"]
            )
        }
        return result
    }
}

/// The core tries the seeds again, and asks where they are now.
extension RunningNode {
    /// Looks up the names that joins were given; what has no address now stays what it was.
    func lookForSeeds() {
        guard let names = seeking.withSeeds({ $0.startLooking() }) else { return }
        // The node's end ends its lookups, and with them this.
        Task {
            await withTaskGroup(of: Void.self) { group in
                for (count, (text, address)) in names.enumerated() {
                    if count >= Self.lookups { await group.next() }
                    group.addTask { await self.lookUpAgain(text, address) }
                }
            }
            seeking.withSeeds { $0.stopLooking() }
        }
    }

    /// Looks names up again that no join could, until all are known.
    func lookForUnknownSeeds() {
        let longest = configuration.healing.maximumInterval
        guard configuration.healing.interval > .zero, seeking.withSeeds({ $0.startWaiting() }) else { return }
        let task = Task { [weak self, seeking] in
            var pace = SeekingPace(interval: longest, generator: SystemRandomNumberGenerator())
            while seeking.withSeeds({ $0.waitOn() }) {
                guard (try? await Task.sleep(for: pace.next(isAlone: true))) != nil else { return }
                if !seeking.hasLeft { self?.lookForSeeds() }
            }
        }
        seeking.add(task)
    }

    private func lookUpAgain(_ text: String, _ address: JoinAddress) async {
        let found = await endpoints(of: address, until: .after(configuration.joinTimeout))
        guard case .success(let endpoints) = found else { return }
        seeking.withSeeds { $0.lookedUp(text, endpoints) }
        tellSeeds()
    }

    /// On the loop, so that what is told last is what stands.
    func tellSeeds() {
        handle.submit { [seeking] driver in
            guard let seeds = seeking.withSeeds({ $0.news() }) else { return }
            driver.perform(.seedsChanged(seeds.filter { driver.shared.allows($0.endpoint.address) }))
        }
    }
}
