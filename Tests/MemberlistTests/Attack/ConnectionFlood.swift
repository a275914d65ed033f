import NIOCore
import NIOPosix
import Synchronization

/// What one connection of an attack sends.
struct Assault: Sendable {
    /// The first bytes.
    var opening: [UInt8] = []
    /// Bytes of noise that follow, as fast as they go.
    var noise = 0
    /// Then one byte each second.
    var drips = false
}

/// Opens many connections at once, and tells how they ended.
struct ConnectionFlood {
    /// What the node answered, in bytes, all connections together.
    let answered: Int
    /// How long the connection that lived longest lived.
    let longest: Duration

    private static let atOnce = 100

    /// Returns when the node has closed every one.
    static func run(
        _ count: Int,
        port: Int,
        within limit: Duration = .seconds(60),
        _ assault: @escaping @Sendable (Int) -> Assault
    ) async throws -> ConnectionFlood {
        let tally = Tally()
        // A thread of its own: on the loops of other tests' nodes nothing may wait for this.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        try await within(limit) {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for index in 0..<count {
                    if index >= atOnce * 10 { try await tasks.next() }
                    let assault = assault(index)
                    let channel = try? await ClientBootstrap(group: loop)
                        .channelInitializer { channel in
                            channel.eventLoop.makeCompletedFuture {
                                try channel.pipeline.syncOperations.addHandler(
                                    Assailant(assault, tally: tally)
                                )
                            }
                        }
                        .connect(host: "127.0.0.1", port: port).get()
                    // What is refused at once is as good as closed.
                    guard let channel else { continue }
                    tasks.addTask { try await channel.closeFuture.get() }
                }
                try await tasks.waitForAll()
            }
        }
        try await group.shutdownGracefully()
        return ConnectionFlood(
            answered: tally.answered.load(ordering: .relaxed),
            longest: .nanoseconds(tally.longest.load(ordering: .relaxed))
        )
    }
}

private final class Tally: Sendable {
    let answered = Atomic<Int>(0)
    let longest = Atomic<Int64>(0)
}

private final class Assailant: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var assault: Assault
    private let tally: Tally
    private var start = NIODeadline.now()

    private static let noise: ByteBuffer = {
        var random = SystemRandomNumberGenerator()
        return ByteBuffer(bytes: (0..<65_536).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    }()

    init(_ assault: Assault, tally: Tally) {
        self.assault = assault
        self.tally = tally
    }

    func channelActive(context: ChannelHandlerContext) {
        start = .now()
        if !assault.opening.isEmpty {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: assault.opening)), promise: nil)
        }
        send(context)
        if assault.drips { drip(context) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) { send(context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        tally.answered.add(unwrapInboundIn(data).readableBytes, ordering: .relaxed)
    }

    func channelInactive(context: ChannelHandlerContext) {
        tally.longest.max((.now() - start).nanoseconds, ordering: .relaxed)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func send(_ context: ChannelHandlerContext) {
        while assault.noise > 0, context.channel.isActive, context.channel.isWritable {
            let count = min(assault.noise, Self.noise.readableBytes)
            guard let slice = Self.noise.getSlice(at: 0, length: count) else { return }
            assault.noise -= count
            context.writeAndFlush(wrapOutboundOut(slice), promise: nil)
        }
    }

    private func drip(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { [weak self] in
            guard let self, bound.value.channel.isActive else { return }
            bound.value.writeAndFlush(self.wrapOutboundOut(ByteBuffer(bytes: [1])), promise: nil)
            self.drip(bound.value)
        }
    }
}
