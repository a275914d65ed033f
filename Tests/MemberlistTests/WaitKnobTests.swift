import NIOCore
import NIOPosix
import Testing

@testable import Memberlist

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How long calls wait that are given no time of their own. What a node waits for here never comes.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct WaitKnobTests {
    private static let short = Duration.milliseconds(300)
    /// Long before any other deadline, and long after the one that is set.
    private static let soon = Duration.seconds(9)

    private func hasty(_ name: String) -> MemberlistConfiguration {
        local(name) {
            $0.streams.timeout = Self.short
            $0.joinTimeout = .seconds(60)
        }
    }

    private func expectEnd(_ work: @escaping @Sendable () async throws -> Void) async throws {
        let start = ContinuousClock.now
        try await within { try await work() }
        let taken = ContinuousClock.now - start
        #expect(taken >= Self.short && taken < Self.soon, "\(taken)")
    }

    private func expectEnds(_ node: Memberlist, at silent: Endpoint) async throws {
        try await expectEnd {
            await #expect(throws: MemberlistError.timedOut) { try await node.sendReliably([1], to: silent) }
        }
        try await expectEnd {
            #expect(await node.join(["\(silent)"]).map(\.outcome) == [.failure(.timedOut)])
        }
    }

    @Test func aStreamThatNobodyAnswersEndsWithTheStreamTimeout() async throws {
        let silent = try await SilentPort.open()
        try await withNodes([hasty("a")]) { nodes in
            try await expectEnds(nodes[0], at: try endpoint("127.0.0.1", UInt16(silent.port)))
        }
        try await silent.close()
    }

    /// Its queue is full, and the system leaves further connections without a word, as a firewall does.
    @Test func aDialThatNobodyTakesEndsWithTheStreamTimeout() async throws {
        let full = try bindSocket(.stream, 0, "127.0.0.1")
        defer { close(full) }
        listen(full, 0)
        let port = try localPort(of: full)
        var filling: [any Channel] = []
        let client = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.milliseconds(500))
        while let channel = try? await client.connect(host: "127.0.0.1", port: port).get() {
            filling.append(channel)
        }
        try await withNodes([hasty("a")]) { nodes in
            try await expectEnds(nodes[0], at: try endpoint("127.0.0.1", UInt16(port)))
        }
        for channel in filling { try await channel.close() }
    }

    /// The same where the dial is a transport's of the application.
    @Test func aDialOfATransportsEndsWithTheStreamTimeout() async throws {
        let transport = Injector(at: try endpoint("10.0.0.1"))
        try await withNodes([hasty("a")], over: [transport]) { nodes in
            try await expectEnds(nodes[0], at: try endpoint("10.0.0.2"))
        }
    }

    @Test func aJoinWithoutATimeHasTheJoinTimeout() async throws {
        let silent = try await SilentPort.open()
        let configuration = local("a") {
            $0.joinTimeout = Self.short
            $0.streams.timeout = .seconds(60)
        }
        try await withNodes([configuration]) { nodes in
            try await expectEnd {
                let results = await nodes[0].join(["127.0.0.1:\(silent.port)"])
                #expect(results.map(\.outcome) == [.failure(.timedOut)])
            }
        }
        try await silent.close()
    }

    /// Longer than any preset's, so that a busy machine cannot stand for it.
    @Test func aLeaveWithoutATimeHasTheLeaveTimeout() async throws {
        let configurations = ["a", "b"].map { name in
            local(name) {
                $0.gossip.interval = .zero
                $0.probe.interval = .seconds(60)
                $0.leaveTimeout = .seconds(4.5)
            }
        }
        try await withNodes(configurations) { nodes in
            #expect(await nodes[0].join([nodes[1].address]).allSatisfy(\.succeeded))
            try await nodes[0].seesAlive(2)
            let start = ContinuousClock.now
            let outcome = try await nodes[0].leave()
            #expect(ContinuousClock.now - start >= .seconds(4.5) && !outcome.isComplete)
        }
    }

    private func localPort(of descriptor: CInt) throws -> Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        try #require(result == 0)
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
