import MemberlistWire
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Memberlist

/// Several addresses of one node. On addresses of their own and one after another, so that no other test takes a port
/// that was just freed.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct BindTests {
    static let hosts = ["127.0.41.1", "127.0.41.2", "::1"]

    private func here(
        _ name: String,
        _ change: (inout MemberlistConfiguration) -> Void = { _ in }
    ) -> MemberlistConfiguration {
        local(name) {
            $0.bindHosts = Self.hosts
            change(&$0)
        }
    }

    /// That address, and one that reaches the others' IPv4 addresses.
    private static func both(_ host: String) -> [String] {
        host.contains(":") ? [host, "127.0.41.4"] : ["127.0.41.3"]
    }

    private func text(_ host: String, _ port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// That nobody holds the port, at any of the addresses; but for a moment, whoever a test beside starts: a new process
    /// has all of this one's descriptors until it runs another program.
    private func expectFree(_ port: Int, but taken: String? = nil) async throws {
        for host in Self.hosts where host != taken {
            try await within {
                while true {
                    do {
                        try await bindStream(port, host: host).close()
                        try await bindDatagram(port, host: host).close()
                        return
                    } catch is MemberlistError {
                        try await Task.sleep(for: .milliseconds(10))
                    }
                }
            }
        }
    }

    @Test func isReachedAtEachOfThem() async throws {
        try await withNodes([here("a")]) { nodes in
            let port = Int(nodes[0].localMember.endpoint.port)
            #expect(nodes[0].localMember.endpoint.address == IPAddress(Self.hosts[0]))
            for (index, host) in Self.hosts.enumerated() {
                // What it tells the others is of the other family for the last one, so the peer has both.
                let peer = try await Memberlist.create(
                    local("b\(index)") { $0.bindHosts = Self.both(host) }
                )
                let results = await peer.join([text(host, port)])
                #expect(results.allSatisfy { $0.succeeded }, "\(host): \(results)")
                try await nodes[0].isAnswered(by: NodeName("b\(index)"))
                let events = peer.events
                try await nodes[0].sendReliably([7], to: NodeName("b\(index)"))
                try await events.first { if case .message([7], _) = $0 { true } else { false } }
                await peer.shutdown()
            }
        }
    }

    @Test func datagramsAreReadAtEachOfThem() async throws {
        try await withNodes([here("a") { $0.compression = false }]) { nodes in
            let port = Int(nodes[0].localMember.endpoint.port)
            let ping: [UInt8] =
                [0, 0x82, 0xa4] + Array("Node".utf8) + [0xa1, 0x61, 0xa5] + Array("SeqNo".utf8)
            for (index, host) in Self.hosts.enumerated() {
                let inbox = Inbox()
                let socket = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .channelInitializer { $0.pipeline.addHandler(inbox) }
                    .bind(host: host.contains(":") ? "::1" : "127.0.41.9", port: 0).get()
                let address = try SocketAddress(ipAddress: host, port: port)
                let bytes = ByteBuffer(bytes: ping + [UInt8(index + 1)])
                try await socket.writeAndFlush(AddressedEnvelope(remoteAddress: address, data: bytes))
                let answer = try await within {
                    for await bytes in inbox.arrived.stream where bytes.contains(UInt8(index + 1)) {
                        return bytes
                    }
                    throw TimedOut()
                }
                #expect(!answer.isEmpty)
                try await socket.close()
            }
        }
    }

    /// One nonce memory for all: what was taken at one address is a replay at another.
    @Test func aRecordedDatagramIsTakenAtOneOfThem() async throws {
        let key = try SecretKey.random()
        try await withNodes([here("a") { $0.keyring = Keyring(primary: key) }]) { nodes in
            let events = nodes[0].events
            let port = Int(nodes[0].localMember.endpoint.port)
            let socket = try await bindDatagram(0, host: "127.0.41.9")
            func send(_ frame: [UInt8], to host: String) async throws {
                let address = try SocketAddress(ipAddress: host, port: port)
                let data = ByteBuffer(bytes: frame)
                try await socket.writeAndFlush(AddressedEnvelope(remoteAddress: address, data: data))
            }
            func sealed(_ text: String) throws -> [UInt8] {
                var frame: [UInt8] = []
                let plain = [8] + Array(text.utf8)
                try Keyring(primary: key).seal(
                    plain.span.bytes,
                    padded: false,
                    additionalData: RawSpan(),
                    into: &frame
                )
                return frame
            }
            let seen = Mutex<[String]>([])
            func wait(for text: String) async throws {
                try await events.first { event in
                    guard case .message(let payload, _) = event else { return false }
                    seen.withLock { $0.append(String(decoding: payload, as: UTF8.self)) }
                    return payload == Array(text.utf8)
                }
            }
            let recorded = try sealed("once")
            try await send(recorded, to: Self.hosts[0])
            try await wait(for: "once")
            try await send(recorded, to: Self.hosts[1])
            try await send(try sealed("then"), to: Self.hosts[1])
            try await wait(for: "then")
            #expect(seen.withLock { $0 } == ["once", "then"])
            try await socket.close()
        }
    }

    @Test func everyAddressOfBothFamiliesCanBeBound() async throws {
        try await withNodes([local("a") { $0.bindHosts = ["0.0.0.0", "::"] }]) { nodes in
            let port = Int(nodes[0].localMember.endpoint.port)
            for host in ["127.0.41.3", "::1"] {
                try await withNodes([local("b") { $0.bindHosts = Self.both(host) }]) { peers in
                    #expect(await peers[0].join([text(host, port)]).allSatisfy(\.succeeded), "\(host)")
                    // The second time it comes from another address, and that of the first is asked before.
                    try await nodes[0].seesAlive(2)
                    try await nodes[0].isAnswered(by: "b")
                    _ = try await peers[0].leave()
                }
            }
        }
    }

    // MARK: Ports

    @Test("Trap 16: shutdown frees the port of each address")
    func shutdownFreesThePortOfEach() async throws {
        let node = try await Memberlist.create(here("a"))
        let port = Int(node.localMember.endpoint.port)
        for host in Self.hosts {
            await #expect(throws: (any Error).self) { try await bindStream(port, host: host) }
            await #expect(throws: (any Error).self) { try await bindDatagram(port, host: host) }
        }
        await node.shutdown()
        try await expectFree(port)
    }

    @Test(
        "Trap 16: a start that finds one of several addresses taken frees all others",
        arguments: hosts,
        [false, true]
    )
    func oneThatIsTakenFailsTheStart(host: String, datagrams: Bool) async throws {
        let taken = try await datagrams ? bindDatagram(0, host: host) : bindStream(0, host: host)
        let port = try #require(taken.localAddress?.port)
        let error = await #expect(throws: MemberlistError.self) {
            try await Memberlist.create(here("a") { $0.bindPort = port })
        }
        if case .bindFailed(let reason) = error {
            #expect(reason.contains(text(host, port)) && reason.contains(datagrams ? "udp" : "tcp"))
        } else {
            Issue.record("\(String(describing: error))")
        }
        try await expectFree(port, but: host)
        try await taken.close()
        try await expectFree(port)
    }

    @Test("Trap 16: a start that fails after its ports are bound frees them")
    func aStartThatFailsLaterFreesThePorts() async throws {
        let free = try await bindStream(0, host: Self.hosts[0])
        let port = try #require(free.localAddress?.port)
        try await free.close()
        await #expect(throws: MemberlistError.self) {
            try await Memberlist.create(
                here("a") {
                    $0.bindPort = port
                    $0.advertiseHost = "no such host"
                }
            )
        }
        try await expectFree(port)
        await #expect(throws: MemberlistError.self) {
            try await Memberlist.create(
                here("a") {
                    $0.bindPort = port
                    $0.bindHosts += [Self.hosts[0]]
                }
            )
        }
        try await expectFree(port)
    }

    @Test func theNumberOfAddressesIsBounded() throws {
        for hosts in [[], (0...Limits.bindHosts).map { "127.0.41.\($0)" }] {
            #expect(throws: ConfigurationError.self) {
                try local("a") { $0.bindHosts = hosts }.validate()
            }
        }
        var configuration = local("a") { $0.bindHosts = Self.hosts }
        try configuration.validate()
        #expect(configuration.bindHost == Self.hosts[0])
        configuration.bindHost = "127.0.0.1"
        #expect(configuration.bindHosts == ["127.0.0.1"])
    }
}
