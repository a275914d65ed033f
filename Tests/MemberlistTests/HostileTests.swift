import Memberlist
import Metrics
import MetricsTestKit
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// Counts what comes back on a raw connection.
private final class Counter: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    let bytes = Atomic<Int>(0)

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes.add(unwrapInboundIn(data).readableBytes, ordering: .relaxed)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}

/// Keeps what it receives, says nothing, and hangs up after one whole encrypted record.
private final class Recorder: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    let bytes = Mutex<[UInt8]>([])

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        let isWhole = bytes.withLock { bytes in
            bytes.append(contentsOf: buffer.readableBytesView)
            guard bytes.count >= 5 else { return false }
            return bytes.count >= bytes[1..<5].reduce(0) { $0 << 8 | Int($1) } + 5
        }
        if isWhole { context.close(promise: nil) }
    }
}

@Suite(.timeLimit(.minutes(10)))
struct HostileTests {
    /// Sends the bytes, waits for the close, and returns the bytes that came back.
    private func answer(to bytes: [UInt8], at node: Memberlist) async throws -> Int {
        let counter = Counter()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { $0.pipeline.addHandler(counter) }
            .connect(host: "127.0.0.1", port: Int(node.localMember.endpoint.port)).get()
        if !bytes.isEmpty { try? await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }
        try await within(.seconds(60)) { try await channel.closeFuture.get() }
        return counter.bytes.load(ordering: .relaxed)
    }

    /// Tests take them by index, so that no report prints their bytes.
    static let streams: [[UInt8]] = [
        [],
        [0],
        [10],
        [10, 0xff, 0xff, 0xff, 0xff],
        [10, 0, 0, 0, 40] + [UInt8](repeating: 1, count: 40),
        [10, 0, 0x10, 0, 0] + [UInt8](repeating: 1, count: 100_000),
        [244, 3, 1, 2, 3, 10],
        [6, 0x83, 0xa4],
        [0, 0x82, 0xa4] + Array("Node".utf8) + [0xa1, 0x61, 0xa5] + Array("SeqNo".utf8) + [1],
        Array("GET / HTTP/1.1\r\n\r\n".utf8),
        [UInt8](repeating: 0xff, count: 10_000),
    ]

    @Test(
        "Trap 35: a stranger gets no byte back, and is gone",
        arguments: streams.indices
    ) func aStrangerGetsNoByteBackAndIsGone(index: Int) async throws {
        let bytes = Self.streams[index]
        let key = try SecretKey.random()
        try await withNodes([local("a") { $0.keyring = Keyring(primary: key) }]) { nodes in
            let count = try await answer(to: bytes, at: nodes[0])
            #expect(count == 0)
        }
    }

    @Test func aPlainPingIsAnswered() async throws {
        let ping: [UInt8] =
            [0, 0x82, 0xa4] + Array("Node".utf8) + [0xa1, 0x61, 0xa5] + Array("SeqNo".utf8) + [1]
        try await withNodes([local("a") { $0.compression = false }]) { nodes in
            let count = try await answer(to: ping, at: nodes[0])
            #expect(count > 0)
        }
    }

    @Test("Trap 37: a node outlives scrapes, scans and rubbish on both ports")
    func aNodeOutlivesRubbishOnBothPorts() async throws {
        let key = try SecretKey.random()
        let configurations = ["a", "b"].map { name in local(name) { $0.keyring = Keyring(primary: key) } }
        try await withNodes(configurations + [local("plain"), local("plain-too")]) { nodes in
            let socket = try await bindDatagram(0)
            for target in [nodes[0], nodes[2]] {
                let address = try SocketAddress(
                    ipAddress: "127.0.0.1",
                    port: Int(target.localMember.endpoint.port)
                )
                for round in 0..<400 {
                    let count = (round * 37) % 1_500
                    var seed = UInt32(truncatingIfNeeded: round)
                    var bytes = (0..<count).map { _ -> UInt8 in
                        seed = seed &* 1_664_525 &+ 1_013_904_223
                        return UInt8(truncatingIfNeeded: seed >> 24)
                    }
                    if !bytes.isEmpty { bytes[0] = UInt8(round % 14) }
                    let envelope = AddressedEnvelope(remoteAddress: address, data: ByteBuffer(bytes: bytes))
                    try await socket.writeAndFlush(envelope)
                }
                for bytes in Self.streams { _ = try await answer(to: bytes, at: target) }
            }
            try await socket.close()
            #expect(await nodes[0].join([nodes[1].address]).allSatisfy(\.succeeded))
            #expect(await nodes[2].join([nodes[3].address]).allSatisfy(\.succeeded))
        }
    }

    /// A stream that was recorded on the way is authentic, and must be taken once only.
    @Test func aRecordedStreamIsAnsweredOnce() async throws {
        let key = try SecretKey.random()
        let recorder = Recorder()
        let relay = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { $0.pipeline.addHandler(recorder) }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(relay.localAddress?.port)
        let configurations = ["a", "b"].map { name in local(name) { $0.keyring = Keyring(primary: key) } }
        try await withNodes(configurations) { nodes in
            let results = await nodes[1].join(["127.0.0.1:\(port)"], timeout: .seconds(20))
            #expect(results.map(\.succeeded) == [false])
            let recorded = recorder.bytes.withLock { $0 }
            #expect(recorded.first == 10)
            let first = try await answer(to: recorded, at: nodes[0])
            #expect(first > 0)
            let second = try await answer(to: recorded, at: nodes[0])
            #expect(second == 0)
        }
        try await relay.close()
    }

    @Test func streamsAboveTheBoundAreClosed() async throws {
        let metrics = TestMetrics()
        try await withMetricsFactory(metrics) {
            try await withNodes([local("a") { $0.streams.maximumInbound = 2 }]) { nodes in
                let port = Int(nodes[0].localMember.endpoint.port)
                var channels: [any Channel] = []
                for _ in 0..<4 {
                    channels.append(
                        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                            .connect(host: "127.0.0.1", port: port).get()
                    )
                }
                for channel in channels.suffix(2) {
                    try await within(.seconds(60)) { try await channel.closeFuture.get() }
                }
                for channel in channels { try? await channel.close() }
            }
        }
        // Those that are silent are cut a little later, and counted otherwise.
        #expect(
            metrics.counterTotal(label: "memberlist.tcp.refused", dimensions: [("reason", "full")]) == 2
        )
    }
}
