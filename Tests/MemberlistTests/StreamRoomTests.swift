import Logging
import NIOCore
import NIOPosix
import Testing

@testable import Memberlist

/// What streams of peers may hold and for how long.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct StreamRoomTests {
    @Test func allTogetherHoldNoMoreThanTheBudget() async throws {
        let configuration = local("a")
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let shared = NodeShared(
            configuration: configuration,
            layers: try LayerSettings(configuration),
            log: NodeLog(Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        )
        let (filling, refilling) = try await loop.submit {
            let room = StreamRoom(shared: shared, handle: DriverHandle(loop: loop), loop: loop)
            let limit = Limits.streamsTogether
            let filling = [limit + 1, limit - 1, 2, 1, 1].map { room.hold($0) }
            room.release(10)
            return (filling, [11, 10].map { room.hold($0) })
        }.get()
        #expect(filling == [false, true, false, true, false])
        #expect(refilling == [false, true])
    }

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
}
