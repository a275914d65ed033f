import Logging
import Memberlist
import MemberlistWire
import Metrics
import MetricsTestKit
import NIOCore
import NIOPosix
import ProcessSupport
import Synchronization
import Testing

@testable import Memberlist

/// What a node does for a transport that somebody else has made, and what it bears from one.
@Suite(.timeLimit(.minutes(10)))
struct CustomTransportTests {
    // MARK: The layers are the node's

    @Test(arguments: [false, true]) func theLabelStandsInFrontOfAllThatIsSent(encrypted: Bool) async throws {
        let (board, label) = (Switchboard(), "blue")
        let ring = encrypted ? Keyring(primary: try SecretKey.random()) : nil
        let taps = try ["10.0.0.1", "10.0.0.2"].map {
            Tap(BoardTransport(board: board, endpoint: try endpoint($0)))
        }
        let configurations = ["a", "b"].map { name in
            local(name) {
                $0.label = label
                $0.keyring = ring
            }
        }
        try await withNodes(configurations, over: taps) { nodes in
            #expect(await nodes[0].join(["10.0.0.2:7946"]).allSatisfy(\.succeeded))
            try await nodes[1].seesAlive(2)
            try await nodes[0].isAnswered(by: "b")
            try await nodes[1].sendReliably(Array("in the open".utf8), to: "a")
        }
        let header = [244, UInt8(label.utf8.count)] + Array(label.utf8)
        for tap in taps {
            #expect(!tap.datagrams.isEmpty && !tap.openings.isEmpty)
            for bytes in tap.datagrams + tap.openings { #expect(bytes.starts(with: header)) }
        }
        let isReadable = taps[1].openings.contains { bytes in
            String(decoding: bytes, as: UTF8.self).contains("in the open")
        }
        #expect(isReadable == !encrypted)
    }

    // MARK: Hostile bytes

    /// A node whose transport the test itself is.
    private func withInjector(
        _ change: (inout MemberlistConfiguration) -> Void = { _ in },
        _ body: (Injector, any TransportReceiver, Memberlist) async throws -> Void
    ) async throws {
        let injector = Injector(at: try endpoint("10.0.0.1"))
        try await withNodes([local("a", change)], over: [injector]) { nodes in
            try await body(injector, try #require(injector.receiver), nodes[0])
        }
        #expect(injector.shutdowns == 1)
    }

    private static func noise(_ count: Int, seed: Int) -> [UInt8] {
        var state = UInt32(truncatingIfNeeded: seed)
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(truncatingIfNeeded: state >> 24)
        }
    }

    @Test(arguments: [false, true]) func rubbishDoesNoHarm(encrypted: Bool) async throws {
        let key = try SecretKey.random()
        try await withInjector { configuration in
            configuration.keyring = encrypted ? Keyring(primary: key) : nil
        } _: { injector, receiver, node in
            let stranger = try endpoint("10.9.9.9")
            for index in 0..<2_000 {
                var bytes = Self.noise(index * 37 % 1_500, seed: index)
                if !bytes.isEmpty { bytes[0] = UInt8(index % 14) }
                receiver.receive(bytes, from: stranger)
            }
            for count in [65_535, 65_536, 1 << 24] {
                receiver.receive([UInt8](repeating: 7, count: count), from: stranger)
            }
            let rubbish = HostileTests.streams.map { ScriptedStream(saying: $0) }
            for stream in rubbish { receiver.accept(stream, from: stranger) }
            try await poll("the close of all", within: .seconds(60)) { rubbish.allSatisfy(\.isClosed) }
            #expect(!encrypted || rubbish.allSatisfy { $0.written.isEmpty })
            #expect(!encrypted || injector.sent.withLock(\.isEmpty))
            #expect(node.members.count == 1)
        }
    }

    /// A ping is answered: the node of the tests above would have answered a stream that it believes.
    @Test func aPlainPingIsAnswered() async throws {
        try await withInjector {
            $0.compression = false
        } _: { _, receiver, _ in
            let ping: [UInt8] =
                [0, 0x82, 0xa4] + Array("Node".utf8) + [0xa1, 0x61, 0xa5] + Array("SeqNo".utf8) + [1]
            // In two parts; on a busy machine they may come more than two seconds apart.
            let parts = [Array(ping[..<5]), Array(ping[5...])]
            try await poll("an answer", within: .seconds(60)) {
                let stream = ScriptedStream { $0 < parts.count ? parts[$0] : nil }
                receiver.accept(stream, from: try endpoint("10.0.0.2"))
                try await poll("the close", within: .seconds(60)) { stream.isClosed }
                return stream.written.first == 2
            }
        }
    }

    @Test func silentStreamsAreCutAndTheirNumberIsBounded() async throws {
        try await withInjector { configuration in
            configuration.streams.maximumInbound = 8
            configuration.streams.timeout = .seconds(30)
        } _: { _, receiver, _ in
            let stranger = try endpoint("10.9.9.9")
            let silent = (0..<8).map { _ in ScriptedStream(saying: []) }
            for stream in silent { receiver.accept(stream, from: stranger) }
            // On a busy machine one may be cut before its first read.
            try await poll("their reads", within: .seconds(60)) {
                silent.allSatisfy { $0.reads > 0 || $0.isClosed }
            }
            let more = (0..<2_000).map { _ in ScriptedStream(saying: []) }
            for stream in more { receiver.accept(stream, from: stranger) }
            try await poll("the close of those that are too many", within: .seconds(60)) {
                more.allSatisfy(\.isClosed)
            }
            #expect(more.count { $0.reads > 0 } <= 8)
            try await poll("the close of the silent", within: .seconds(60)) { silent.allSatisfy(\.isClosed) }
            // One byte now and then is as silent.
            let drip = ScriptedStream { index in
                try await Task.sleep(for: .milliseconds(200))
                return index < 100 ? [index == 0 ? 10 : 0] : nil
            }
            let clock = ContinuousClock()
            let start = clock.now
            receiver.accept(drip, from: stranger)
            try await poll("the close of the drip", within: .seconds(60)) { drip.isClosed }
            #expect(clock.now - start < .seconds(19))
        }
    }

    /// Records that can only be checked when they are whole: all that wait have one budget.
    @Test func whatStreamsHoldTogetherIsBounded() async throws {
        let key = try SecretKey.random()
        try await withInjector { configuration in
            configuration.keyring = Keyring(primary: key)
            configuration.streams.timeout = .seconds(60)
        } _: { _, receiver, _ in
            let chunk = [UInt8](repeating: 1, count: 64 * 1024)
            // 19 MiB are claimed, and all but the last chunk comes.
            let claim: [UInt8] = [10, 1, 0x30, 0, 0]
            let streams = (0..<8).map { _ in
                ScriptedStream { $0 == 0 ? claim : $0 < 300 ? chunk : nil }
            }
            for stream in streams { receiver.accept(stream, from: try endpoint("10.9.9.9")) }
            try await poll("the close of all", within: .seconds(60)) { streams.allSatisfy(\.isClosed) }
            let whole = streams.count { $0.reads >= 300 }
            #expect(whole <= 1, "\(whole) of 19 MiB were held at once")
            #expect(streams.allSatisfy { $0.written.isEmpty })
        }
    }

    @Test func aFloodOfDatagramsIsBounded() async throws {
        let metrics = TestMetrics()
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let shared = withMetricsFactory(metrics) {
            Result {
                NodeShared(
                    configuration: local("a"),
                    layers: try LayerSettings(local("a")),
                    log: NodeLog(Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
                )
            }
        }
        let (node, sender) = (try shared.get(), try endpoint("10.9.9.9"))
        try await loop.submit {
            let reader = DatagramReader(handle: DriverHandle(loop: loop), shared: node)
            let mailbox = DatagramMailbox(
                reader: NIOLoopBound(reader, eventLoop: loop),
                metrics: node.metrics
            )
            // The loop is busy with this, so that nothing of it is drained.
            let large = [UInt8](repeating: 1, count: Limits.largestDatagram)
            mailbox.receive(large, from: sender)
            #expect(metrics.counterTotal(label: "memberlist.udp.dropped") == 0, "not open yet")
            mailbox.open()
            for _ in 0..<100 { mailbox.receive(large, from: sender) }
            let taken = Limits.waitingDatagramBytes / (large.count + 512)
            #expect(metrics.counterTotal(label: "memberlist.udp.dropped") == Int64(100 - taken))
            mailbox.receive(large + [1], from: sender)
            #expect(metrics.counterTotal(label: "memberlist.udp.dropped") == Int64(101 - taken))
        }.get()
    }

    // MARK: Beginning and end

    private struct Refused: Error {}

    @Test func aTransportThatCannotStartIsShutDown() async throws {
        final class Failing: MemberlistTransport {
            let inner: Injector
            let place: Endpoint?
            init(_ inner: Injector, gives place: Endpoint?) { (self.inner, self.place) = (inner, place) }
            func start(_ receiver: any TransportReceiver) async throws -> Endpoint {
                _ = try await inner.start(receiver)
                guard let place else { throw Refused() }
                return place
            }
            func send(_ datagram: [UInt8], to peer: Endpoint) -> Bool { false }
            func connect(to peer: Endpoint, until deadline: ContinuousClock.Instant) async throws
                -> any MemberlistStream
            { throw Refused() }
            func shutdown() async { await inner.shutdown() }
        }
        let inner = Injector(at: try endpoint("10.0.0.1"))
        await #expect(throws: Refused.self) {
            try await Memberlist.create(local("a"), transport: Failing(inner, gives: nil))
        }
        #expect(inner.shutdowns == 1)
        for place in [try endpoint("10.0.0.1", 0), try endpoint("0.0.0.0")] {
            await #expect(throws: MemberlistError.self) {
                try await Memberlist.create(local("a"), transport: Failing(inner, gives: place))
            }
        }
        #expect(inner.shutdowns == 3)
        // Refused before it is touched.
        await #expect(throws: ConfigurationError.self) {
            try await Memberlist.create(local(""), transport: Failing(inner, gives: nil))
        }
        #expect(inner.shutdowns == 3)
    }

    @Test func aConnectThatNeverEndsIsCancelled() async throws {
        try await withInjector { _, receiver, node in
            let results = await node.join(["10.0.0.2:7946"], timeout: .milliseconds(200))
            #expect(results.map(\.outcome) == [.failure(.timedOut)])
            let join = Task { await node.join(["10.0.0.2:7946"], timeout: .seconds(60)) }
            let silent = ScriptedStream(saying: [])
            receiver.accept(silent, from: try endpoint("10.9.9.9"))
            try await within { await node.shutdown() }
            #expect(silent.isClosed)
            #expect(await join.value.map(\.succeeded) == [false])
            // What comes too late is closed, and harms nobody.
            let late = ScriptedStream(saying: [1])
            receiver.accept(late, from: try endpoint("10.9.9.9"))
            receiver.receive([1], from: try endpoint("10.9.9.9"))
            #expect(late.isClosed)
        }
    }
}
