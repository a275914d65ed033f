import NIOCore
import NIOPosix
import Testing

@testable import Memberlist

/// What streams of peers may hold and for how long.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct StreamRoomTests {
    /// A record of the largest size, and what its buffer grows by, fit the budget.
    @Test(arguments: [false, true]) func theLargestMessageArrives(encrypted: Bool) async throws {
        let key = try SecretKey.random()
        let configurations = ["a", "b"].map { name in
            local(name) {
                $0.keyring = encrypted ? Keyring(primary: key) : nil
                $0.compression = false
                $0.streams.timeout = .seconds(30)
            }
        }
        try await withNodes(configurations) { nodes in
            #expect(await nodes[0].join([nodes[1].address]).allSatisfy(\.succeeded))
            // A native record adds 49 bytes, and the message's own head 18.
            let size = Limits.streamUserMessage - (encrypted ? 49 + 18 : 0)
            let payload = [UInt8](repeating: 7, count: size)
            let events = nodes[1].events
            try await nodes[0].sendReliably(payload, to: "b", timeout: .seconds(40))
            try await events.first(within: .seconds(60)) { event in
                if case .message(let received, _) = event { received.count == size } else { false }
            }
            await #expect(throws: MemberlistError.messageTooLarge(size: size + 1, limit: size)) {
                try await nodes[0].sendReliably(payload + [1], to: "b")
            }
        }
    }

    /// A peer that goes on sending is not cut off after two seconds; one that stops is.
    @Test func progressGivesTime() async throws {
        let key = try SecretKey.random()
        let node = local("a") {
            $0.keyring = Keyring(primary: key)
            $0.streams.timeout = .seconds(60)
        }
        try await withNodes([node]) { nodes in
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: Int(nodes[0].localMember.endpoint.port)).get()
            let clock = ContinuousClock()
            let start = clock.now
            try await channel.writeAndFlush(ByteBuffer(bytes: [10, 1, 0, 0, 0, 1]))
            let piece = ByteBuffer(repeating: 1, count: Limits.streamProgress)
            while clock.now - start < .seconds(4) {
                try await channel.writeAndFlush(piece)
                try await clock.sleep(for: .milliseconds(200))
            }
            #expect(channel.isActive)
            try await within(.seconds(60)) { try await channel.closeFuture.get() }
        }
    }

    /// Whoever this node dials sends much that can be checked only as a whole: what all of them send together is
    /// bounded, and keeps no honest answer out.
    @Test func answersTogetherHoldNoMoreThanTheBudget() async throws {
        let key = try SecretKey.random()
        var servers: [any Channel] = []
        for _ in 0..<6 {
            servers.append(
                try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .childChannelInitializer { $0.pipeline.addHandler(EndlessAnswer()) }
                    .bind(host: "127.0.0.1", port: 0).get()
            )
        }
        let addresses = servers.compactMap(\.localAddress?.port).map { "127.0.0.1:\($0)" }
        let configurations = ["a", "b"].map { name in
            local(name) {
                $0.keyring = Keyring(primary: key)
                $0.wire = .hashicorp
            }
        }
        try await withNodes(configurations) { nodes in
            let node = nodes[0]
            let lies = Task {
                await withTaskGroup(of: [JoinResult].self) { group in
                    for address in addresses {
                        group.addTask { await node.join([address], timeout: .seconds(30)) }
                    }
                    return await group.reduce(into: []) { $0 += $1 }
                }
            }
            #expect(await node.join([nodes[1].address]).allSatisfy(\.succeeded))
            let results = await lies.value
            #expect(results.count { $0.outcome == .failure(.unreadable(.limitExceeded)) } >= 3)
            #expect(await node.join([nodes[1].address]).allSatisfy(\.succeeded))
        }
        for server in servers { try await server.close() }
    }
}

/// Answers with 6 MiB of a record of 16 MiB, and with no more.
private final class EndlessAnswer: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelActive(context: ChannelHandlerContext) {
        var answer = ByteBuffer(bytes: [10, 1, 0, 0, 0, 1])
        answer.writeRepeatingByte(1, count: 6 << 20)
        context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
