import Memberlist
import NIOCore
import Testing

/// The address and the port that are listened at, and those that are told. On addresses of its own and one after
/// another, so that no other test takes a port that was just freed.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct AddressKnobTests {
    static let bound = "127.0.45.1"
    static let advertised = "127.0.45.2"

    @Test func thePortThatIsSetIsListenedAt() async throws {
        let free = try await bindStream(0, host: Self.bound)
        let port = try #require(free.localAddress?.port)
        try await free.close()
        let wanted = try endpoint(Self.bound, UInt16(port))
        try await withNodes([local("a", host: Self.bound) { $0.bindPort = port }]) { nodes in
            #expect(nodes[0].localMember.endpoint == wanted)
            await #expect(throws: (any Error).self) { try await bindStream(port, host: Self.bound) }
            await #expect(throws: (any Error).self) { try await bindDatagram(port, host: Self.bound) }
        }
    }

    /// Both are others than those that are bound, as behind a translation of addresses; nobody translates here.
    @Test func aPeerIsToldTheAdvertisedAddressAndPortAndSendsThere() async throws {
        let inbox = Inbox()
        let socket = try await bindDatagram(0, host: Self.advertised, inbox: inbox)
        let port = try #require(socket.localAddress?.port)
        let mapped = local("mapped", host: Self.bound) {
            $0.advertiseHost = Self.advertised
            $0.advertisePort = port
        }
        let told = try endpoint(Self.advertised, UInt16(port))
        try await withNodes([mapped, local("b")]) { nodes in
            let (mapped, peer) = (nodes[0], nodes[1])
            #expect(mapped.localMember.endpoint == told)
            #expect(await mapped.join([peer.address]).allSatisfy(\.succeeded))
            try await peer.waitUntil(members: 2, timeout: .seconds(60))
            #expect(peer.member(named: "mapped")?.endpoint == told)
            // The probe that it sends there.
            try await within { for await _ in inbox.arrived.stream { return } }
        }
        try await socket.close()
    }

    /// The one is of use without the other.
    @Test func anAddressAloneKeepsThePortAndAPortAloneTheAddress() async throws {
        let address = local("a", host: Self.bound) { $0.advertiseHost = Self.advertised }
        let port = local("b", host: Self.bound) { $0.advertisePort = 4_711 }
        let mapped = try endpoint(Self.bound, 4_711)
        try await withNodes([address, port, local("c")]) { nodes in
            for node in nodes.prefix(2) {
                #expect(await node.join([nodes[2].address]).allSatisfy(\.succeeded))
            }
            try await nodes[2].waitUntil(members: 3, timeout: .seconds(60))
            #expect(nodes[2].member(named: "a")?.endpoint.address == IPAddress(Self.advertised))
            #expect(nodes[2].member(named: "a")?.endpoint.port == nodes[0].localMember.endpoint.port)
            #expect(nodes[2].member(named: "b")?.endpoint == mapped)
        }
    }
}
