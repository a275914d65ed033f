import Memberlist
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// Passes datagrams on to one port, and keeps the first byte of each: without a label that is the encryption's
/// version.
private final class Relay: ChannelInboundHandler, Sendable {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let target = Mutex<SocketAddress?>(nil)
    private let versions = AsyncStream.makeStream(of: UInt8.self)

    func forward(to port: Int) throws {
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: port)
        target.withLock { $0 = address }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let datagram = unwrapInboundIn(data).data
        if let first = datagram.readableBytesView.first { versions.continuation.yield(first) }
        guard let target = target.withLock({ $0 }) else { return }
        let envelope = AddressedEnvelope(remoteAddress: target, data: datagram)
        context.writeAndFlush(wrapOutboundOut(envelope), promise: nil)
    }

    /// The first bytes of that many datagrams, once they have come.
    func first(_ count: Int) async throws -> [UInt8] {
        try await within(.seconds(60)) { [versions] in
            var seen: [UInt8] = []
            for await version in versions.stream {
                seen.append(version)
                if seen.count == count { break }
            }
            return seen
        }
    }
}

@Suite(.timeLimit(.minutes(10)))
struct DialectTests {
    private func node(_ name: String, _ key: SecretKey, _ wire: WirePolicy) -> MemberlistConfiguration {
        local(name) {
            $0.keyring = Keyring(primary: key)
            $0.wire = wire
        }
    }

    /// What arrives at a node that speaks so, from one that does.
    private func captured(at receiver: WirePolicy, from sender: WirePolicy) async throws -> [UInt8] {
        let key = try SecretKey.random()
        let relay = Relay()
        let socket = try await bindDatagram(0)
        try await socket.pipeline.addHandler(relay).get()
        var advertised = node("a", key, receiver)
        let free = try await bindDatagram(0)
        advertised.bindPort = try #require(free.localAddress?.port)
        try await free.close()
        try relay.forward(to: advertised.bindPort)
        advertised.advertiseHost = "127.0.0.1"
        advertised.advertisePort = try #require(socket.localAddress?.port)
        let seen = try await withNodes([advertised, node("b", key, sender)]) { nodes in
            #expect(await nodes[0].join([nodes[1].address]).allSatisfy(\.succeeded))
            try await nodes[1].seesAlive(2)
            let seen = try await relay.first(15)
            #expect(nodes.map(\.alive) == [["a", "b"], ["a", "b"]])
            return seen
        }
        try await socket.close()
        return seen
    }

    @Test func membersThatUnderstandItSpeakNatively() async throws {
        #expect(try await Set(captured(at: .automatic, from: .automatic)) == [0x21])
        #expect(try await Set(captured(at: .native, from: .native)) == [0x21])
    }

    @Test func withOneThatSpeaksHashiCorpsAloneAllAreUnderstood() async throws {
        #expect(try await Set(captured(at: .hashicorp, from: .automatic)) == [1])
        #expect(try await Set(captured(at: .automatic, from: .hashicorp)) == [1])
    }

    @Test func aClusterRollsToNativeAndBackAndLosesNobody() async throws {
        let key = try SecretKey.random()
        try await withNodes([node("a", key, .automatic)]) { nodes in
            let first = nodes[0]
            let events = first.events
            var port = 0
            for (round, wire) in [WirePolicy.hashicorp, .automatic, .hashicorp, .automatic].enumerated() {
                var configuration = node("b", key, wire)
                // Where no other test is: the port is still free when it comes back.
                configuration.bindHost = "127.0.31.1"
                configuration.bindPort = port
                let second = try await Memberlist.create(configuration)
                port = Int(second.localMember.endpoint.port)
                #expect(await second.join([first.address]).allSatisfy(\.succeeded), "round \(round)")
                try await first.seesAlive(2)
                try await first.isAnswered(by: "b")
                try await second.isAnswered(by: "a")
                try await first.sendReliably([UInt8(round)], to: "b")
                await second.shutdown()
            }
            await first.shutdown()
            for await event in events {
                if case .failed(let member, _) = event { Issue.record("\(member.name) was declared failed") }
            }
        }
    }

    @Test func aNodeOfNativeAloneRefusesTheRest() async throws {
        let key = try SecretKey.random()
        try await withNodes([node("a", key, .native), node("b", key, .hashicorp)]) { nodes in
            #expect(await nodes[1].join([nodes[0].address]).map(\.succeeded) == [false])
            #expect(nodes[0].alive == ["a"])
        }
    }

    @Test func nativeAloneNeedsKeys() {
        #expect(throws: ConfigurationError.self) { try local("a") { $0.wire = .native }.validate() }
    }
}
