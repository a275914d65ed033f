import Memberlist
import Synchronization
import Testing

/// Members by state, one member watched, and waiting for so many; messages to an address.
@Suite(.timeLimit(.minutes(10)))
struct MemberCallTests {
    @Test func membersByState() async throws {
        try await withNodes([local("a"), local("b"), local("c")]) { nodes in
            for node in nodes.dropFirst() {
                #expect(await node.join([nodes[0].address]).allSatisfy(\.succeeded))
            }
            try await nodes[0].waitUntil(members: 3, timeout: .seconds(60))
            #expect(Set(nodes[0].members(in: [.alive]).map(\.name)) == ["a", "b", "c"])
            #expect(nodes[0].members(in: [.left, .dead]).isEmpty)
            var watch = nodes[0].watch("b").makeAsyncIterator()
            #expect(await watch.next()??.state == .alive)
            try await nodes[1].leave()
            try await until(&watch) { $0?.state == .left }
            #expect(nodes[0].members(in: [.left]).map(\.name) == ["b"])
            #expect(Set(nodes[0].members(in: [.alive, .suspect]).map(\.name)) == ["a", "c"])
            #expect(nodes[0].members(in: []).isEmpty)
        }
    }

    /// Reads on until the member is as wanted; fails where the sequence ends before.
    private func until(
        _ watch: inout MemberWatch.Iterator,
        _ isWanted: (Member?) -> Bool
    ) async throws {
        while let member = await watch.next() { if isWanted(member) { return } }
        throw TimedOut()
    }

    @Test func aWatchBeginsWithWhatIsAndEndsWithTheNode() async throws {
        try await withNodes([local("a"), local("b")]) { nodes in
            let watch = nodes[0].watch("b")
            var reader = watch.makeAsyncIterator()
            #expect(await reader.next() == .some(nil), "not known yet")
            #expect(await nodes[1].join([nodes[0].address]).allSatisfy(\.succeeded))
            try await until(&reader) { $0?.state == .alive }
            try await nodes[1].updateMeta([7])
            try await until(&reader) { $0?.meta == [7] }
            // What happens to others wakes it and is not told.
            try await nodes[0].updateMeta([1])
            await nodes[1].shutdown()
            try await until(&reader) { $0?.state == .dead }
            let ended = Task {
                var reader = watch.makeAsyncIterator()
                var count = 0
                while await reader.next() != nil { count += 1 }
                return count
            }
            await nodes[0].shutdown()
            #expect(try await within { await ended.value } >= 1)
            var after = nodes[0].watch("b").makeAsyncIterator()
            #expect(await after.next()??.name == "b")
            #expect(await after.next() == nil)
        }
    }

    @Test func waitingForMembersEndsWithTheDeadlineTheNodeOrTheTask() async throws {
        try await withNodes([local("a")]) { nodes in
            let node = nodes[0]
            try await node.waitUntil(members: 1)
            // A member that changes is still one.
            for byte in 0..<3 as Range<UInt8> { try await node.updateMeta([byte]) }
            await #expect(throws: MemberlistError.timedOut) {
                try await node.waitUntil(members: 2, timeout: .milliseconds(50))
            }
            let cancelled = Task { try await node.waitUntil(members: 2) }
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await within { try await cancelled.value } }
            let waiting = Task { try await node.waitUntil(members: 2, timeout: .seconds(600)) }
            await node.shutdown()
            await #expect(throws: MemberlistError.shutDown) { try await within { try await waiting.value } }
        }
    }

    @Test func anAddressIsReachedByDatagramAndByStream() async throws {
        let key = try SecretKey.random()
        let configurations = ["a", "b"].map { name in local(name) { $0.keyring = Keyring(primary: key) } }
        try await withNodes(configurations) { nodes in
            let events = nodes[1].events
            let endpoint = nodes[1].localMember.endpoint
            // A stranger to it, and then a member.
            for round in 0..<2 as Range<UInt8> {
                try await nodes[0].sendReliably([1, round], to: endpoint)
                try await events.first { $0.payload == [1, round] }
                try await nodes[0].send([2, round], to: endpoint)
                try await events.first { $0.payload == [2, round] }
                #expect(await nodes[0].join([nodes[1].address]).allSatisfy(\.succeeded))
            }
            let limit = nodes[0].broadcastLimit
            await #expect(throws: MemberlistError.messageTooLarge(size: limit + 1, limit: limit)) {
                try await nodes[0].send([UInt8](repeating: 1, count: limit + 1), to: endpoint)
            }
            await #expect(throws: MemberlistError.messageEmpty) { try await nodes[0].send([], to: endpoint) }
            await nodes[1].shutdown()
            await #expect(throws: MemberlistError.unreachable) {
                try await nodes[0].sendReliably([1], to: endpoint)
            }
        }
    }

    @Test func aFailureIsToldWithItsEvidence() async throws {
        try await withNodes([local("a"), local("b"), local("c")]) { nodes in
            for node in nodes.dropFirst() {
                #expect(await node.join([nodes[0].address]).allSatisfy(\.succeeded))
            }
            for node in nodes { try await node.waitUntil(members: 3, timeout: .seconds(60)) }
            let watched = nodes.prefix(2).map(\.events)
            await nodes[2].shutdown()
            var found: [FailureEvidence] = []
            for events in watched {
                let event = try await events.first {
                    if case .failed(let member, _) = $0 { member.name == "c" } else { false }
                }
                if case .failed(_, let evidence) = event { found.append(evidence) }
            }
            // One of the two found out by a probe of its own, with the other as helper; both say how.
            let probes = found.compactMap(\.probe)
            #expect(!probes.isEmpty)
            #expect(probes.allSatisfy { $0.helperCount <= 1 && $0.duration > .zero && $0.stream != nil })
            #expect(found.allSatisfy { $0.probe != nil || $0.cause != .probe })
            #expect(found.allSatisfy { !"\($0)".isEmpty })
        }
    }
}

/// Asks its node for members from inside its hooks.
private final class Asking: MemberlistDelegate {
    let node = Mutex<Memberlist?>(nil)
    let answers = Mutex<Int>(0)
    let decidesOnAlive = true
    let decidesOnMerge = true

    private func ask() async {
        guard let node = node.withLock({ $0 }) else { return }
        let members = node.members
        let alive = node.members(in: [.alive])
        #expect(!members.isEmpty && alive.count <= members.count)
        _ = node.member(named: "a")
        _ = node.queuedBroadcasts
        try? await node.updateMeta([1])
        _ = try? await node.broadcast([2], name: "from a hook")
        answers.withLock { $0 += 1 }
    }

    func messageReceived(_ payload: [UInt8], from: Endpoint) async { await ask() }
    func broadcastEnded(_ payload: [UInt8], _ end: BroadcastEnd) async { await ask() }
    func localState(joining: Bool) async -> [UInt8] {
        await ask()
        return [1]
    }
    func mergeRemoteState(_ state: [UInt8], joining: Bool) async { await ask() }
    func allowAlive(_ member: Member) async -> Admission {
        await ask()
        return .allow
    }
    func allowMerge(_ members: [Member]) async -> Admission {
        await ask()
        return .allow
    }
    func conflict(existing: Member, claimed: Member) async { await ask() }
}

@Suite(.timeLimit(.minutes(10)))
struct ListingTests {
    @Test("Trap 24: members are listed from inside hooks and events, and race with nothing")
    func membersInsideHooks() async throws {
        let delegate = Asking()
        let first = try await Memberlist.create(local("a"), delegate: delegate)
        delegate.node.withLock { $0 = first }
        try await withNodes((0..<4).map { local("n\($0)") }) { nodes in
            let events = first.events
            let reader = Task {
                var seen = 0
                for await event in events {
                    // What the event tells is in the list already, and the list is a value.
                    if case .joined(let member) = event { #expect(first.member(named: member.name) != nil) }
                    seen += first.members.count
                }
                return seen
            }
            let readers = (0..<4).map { _ in
                Task {
                    var names: Set<NodeName> = []
                    while !Task.isCancelled {
                        for member in first.members { names.insert(member.name) }
                        await Task.yield()
                    }
                    return names
                }
            }
            for node in nodes { #expect(await node.join([first.address]).allSatisfy(\.succeeded)) }
            try await first.waitUntil(members: 5, timeout: .seconds(60))
            try await nodes[0].sendReliably([1], to: "a")
            let ticket = try await first.broadcast([9])
            #expect(try await within { try await ticket.outcome } == .transmitted)
            for reader in readers { reader.cancel() }
            for reader in readers { #expect(await reader.value.isSubset(of: ["a", "n0", "n1", "n2", "n3"])) }
            await first.shutdown()
            #expect(try await within { await reader.value } > 0)
        }
        #expect(delegate.answers.withLock { $0 } > 4)
    }
}
