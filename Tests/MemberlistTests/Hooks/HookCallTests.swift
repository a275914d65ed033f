import Foundation
import Memberlist
import Synchronization
import Testing

/// The hooks, by the names of their functions.
enum Hook: String, CaseIterable, Sendable {
    case metadata, messageReceived, broadcasts, broadcastEnded, localState, mergeRemoteState, allowAlive
    case allowMerge, conflict, tableFull, pingPayload, pingCompleted
}

/// Makes every public call of its node's from inside one hook, the first time that this is asked.
private final class Caller: MemberlistDelegate {
    /// What came of each call but those that end the node: nil where it returned.
    let ended: AsyncStream<[String]>
    let decidesOnAlive = true
    let decidesOnMerge = true
    let offersBroadcasts = true
    let offersPingPayload = true
    private let hook: Hook
    private let target = Mutex<(node: Memberlist, peer: Endpoint)?>(nil)
    private let sink: AsyncStream<[String]>.Continuation

    init(_ hook: Hook) {
        self.hook = hook
        (ended, sink) = AsyncStream.makeStream()
    }

    /// From now on the hook calls.
    func begin(_ node: Memberlist, peer: Endpoint) { target.withLock { $0 = (node, peer) } }

    private func enter(_ hook: Hook) async {
        guard hook == self.hook else { return }
        let taken = target.withLock { target in
            defer { target = nil }
            return target
        }
        guard let (node, peer) = taken else { return }
        var stuck: [String] = []
        for call in PublicCall.all(peer: peer) {
            do {
                try await within(.seconds(20)) { try await call.run(node) }
            } catch is TimedOut {
                stuck.append(call.name)
            } catch {
                // A member may be unknown, a ping late: the call has returned.
                continue
            }
        }
        for call in PublicCall.ending { try? await call.run(node) }
        sink.yield(stuck)
    }

    func metadata(limit: Int) async -> [UInt8]? {
        await enter(.metadata)
        return nil
    }
    func messageReceived(_ payload: [UInt8], from: Endpoint) async { await enter(.messageReceived) }
    func broadcasts(limit: Int) async -> [[UInt8]] {
        await enter(.broadcasts)
        return []
    }
    func broadcastEnded(_ payload: [UInt8], _ end: BroadcastEnd) async { await enter(.broadcastEnded) }
    func localState(joining: Bool) async -> [UInt8] {
        await enter(.localState)
        return [1]
    }
    func mergeRemoteState(_ state: [UInt8], joining: Bool) async { await enter(.mergeRemoteState) }
    func allowAlive(_ member: Member) async -> Admission {
        await enter(.allowAlive)
        return .allow
    }
    func allowMerge(_ members: [Member]) async -> Admission {
        await enter(.allowMerge)
        return .allow
    }
    func conflict(existing: Member, claimed: Member) async { await enter(.conflict) }
    func tableFull(_ member: Member, refused: Int) async { await enter(.tableFull) }
    func pingPayload(limit: Int) async -> [UInt8] {
        await enter(.pingPayload)
        return []
    }
    func pingCompleted(_ member: Member, roundTrip: Duration, payload: [UInt8]) async {
        await enter(.pingCompleted)
    }
}

/// One hook after another: all at once would starve the live nodes of other tests.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct HookCallTests {
    /// What has the node ask its delegate. The others are asked for as time goes on.
    private func provoke(_ hook: Hook, of node: Memberlist, peer: Memberlist, stranger: Memberlist)
        async throws
    {
        switch hook {
        case .metadata: try await node.updateMeta()
        case .messageReceived: try await peer.sendReliably([1], to: "a")
        case .broadcastEnded: try await node.broadcast([3])
        case .localState, .mergeRemoteState, .allowAlive, .allowMerge, .conflict, .tableFull:
            await stranger.join([node.address])
        case .broadcasts, .pingPayload, .pingCompleted: break
        }
    }

    @Test("Trap 24: every public call returns from inside every hook", arguments: Hook.allCases)
    func everyCallReturns(hook: Hook) async throws {
        let (caller, key) = (Caller(hook), try SecretKey.random())
        func member(_ name: String) -> MemberlistConfiguration {
            local(name) { $0.keyring = Keyring(primary: key) }
        }
        var calling = member("a")
        calling.hookTimeout = .seconds(60)
        if hook == .tableFull { calling.maximumMembers = 2 }
        let node = try await Memberlist.create(calling, delegate: caller)
        // One that claims a name, or one that is new.
        let stranger = hook == .conflict ? "b" : "c"
        // Its delegate has a state to merge.
        try await withNodes([member("b"), member(stranger)], delegate: Caller(hook)) { others in
            #expect(await node.join([others[0].address]).allSatisfy(\.succeeded))
            try await others[0].seesAlive(2)
            let events = node.events
            caller.begin(node, peer: others[0].localMember.endpoint)
            // Nobody waits for what provokes it: the node may be gone before it returns.
            let provoking = Task { [self] in
                try? await provoke(hook, of: node, peer: others[0], stranger: others[1])
            }
            let stuck = try await within(.seconds(300)) {
                for await stuck in caller.ended { return stuck }
                throw TimedOut()
            }
            #expect(stuck.isEmpty, "from inside \(hook)")
            // It was shut down from inside the hook.
            try await within { for await _ in events {} }
            await provoking.value
        }
        await node.shutdown()
    }

    @Test func everyHookIsTried() throws {
        let names = try Self.declared(in: "Hooks/MemberlistDelegate.swift", /^    func (\w+)\(/)
        #expect(names == Set(Hook.allCases.map(\.rawValue)))
    }

    @Test func everyCallIsTried() throws {
        let folder = Self.sources
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasPrefix("Memberlist.") || $0.hasPrefix("Memberlist+") }
            .filter { $0.hasSuffix(".swift") }
        #expect(files.count >= 5, "the node's files were not found: have they other names?")
        let declared = try files.map { try Self.declared(in: $0, /^    public (?:func|var|let) (\w+)/) }
        let peer = Endpoint(address: try #require(IPAddress("127.0.0.1")), port: 1)
        let tried = PublicCall.all(peer: peer) + PublicCall.ending
        #expect(declared.reduce(into: []) { $0.formUnion($1) } == Set(tried.map(\.name)))
    }

    private static let sources = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Sources/Memberlist")

    private static func declared(
        in file: String,
        _ pattern: Regex<(Substring, Substring)>
    ) throws -> Set<String> {
        let text = try String(contentsOf: sources.appendingPathComponent(file), encoding: .utf8)
        return Set(
            text.components(separatedBy: "\n").compactMap { line in
                line.firstMatch(of: pattern).map { String($0.output.1) }
            }
        )
    }
}
