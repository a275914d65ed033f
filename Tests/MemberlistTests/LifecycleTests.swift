import NIOCore
import NIOPosix
import Testing

@testable import Memberlist

/// On an address of their own and one after another, so that no other test takes a port that was just freed.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct LifecycleTests {
    static let host = "127.0.40.1"

    private func here(
        _ name: String,
        _ change: (inout MemberlistConfiguration) -> Void = { _ in }
    ) -> MemberlistConfiguration {
        local(name, host: Self.host, change)
    }

    @Test func portZeroGivesOneNumberForBoth() async throws {
        try await withNodes([here("a")]) { nodes in
            let port = Int(nodes[0].localMember.endpoint.port)
            #expect(port > 0)
            await #expect(throws: (any Error).self) { try await bindStream(port, host: Self.host) }
            await #expect(throws: (any Error).self) { try await bindDatagram(port, host: Self.host) }
        }
    }

    @Test func takenStreamPortFailsTheStart() async throws {
        let taken = try await bindStream(0, host: Self.host)
        let port = try #require(taken.localAddress?.port)
        await #expect(throws: MemberlistError.self) {
            try await Memberlist.create(here("a") { $0.bindPort = port })
        }
        // The datagram port was never kept.
        try await bindDatagram(port, host: Self.host).close()
        try await taken.close()
    }

    @Test func takenDatagramPortFailsTheStartAndFreesTheOther() async throws {
        let taken = try await bindDatagram(0, host: Self.host)
        let port = try #require(taken.localAddress?.port)
        await #expect(throws: MemberlistError.self) {
            try await Memberlist.create(here("a") { $0.bindPort = port })
        }
        try await bindStream(port, host: Self.host).close()
        try await taken.close()
    }

    @Test func unknownAdvertiseHostFreesBothPorts() async throws {
        let free = try await bindStream(0, host: Self.host)
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
        try await bindStream(port, host: Self.host).close()
        try await bindDatagram(port, host: Self.host).close()
    }

    @Test func shutdownFreesThePortsAndCanBeCalledAgain() async throws {
        let node = try await Memberlist.create(here("a"))
        let port = Int(node.localMember.endpoint.port)
        await node.shutdown()
        await node.shutdown()
        try await bindStream(port, host: Self.host).close()
        try await bindDatagram(port, host: Self.host).close()
        await #expect(throws: MemberlistError.shutDown) { try await node.updateMeta([1]) }
        await #expect(throws: MemberlistError.shutDown) { try await node.leave() }
        #expect(await node.join(["127.0.0.1:9"]).map(\.outcome) == [.failure(.cancelled)])
    }

    @Test func runLeavesAndFreesThePortsWhenCancelled() async throws {
        try await withNodes([here("a"), here("b")]) { nodes in
            let (first, second) = (nodes[0], nodes[1])
            #expect(await first.join([second.address]).allSatisfy(\.succeeded))
            try await second.seesAlive(2)
            let events = second.events
            let port = Int(first.localMember.endpoint.port)
            let service = Task { try await first.run() }
            service.cancel()
            try await service.value
            try await events.first { if case .left(let member) = $0 { member.name == "a" } else { false } }
            try await bindStream(port, host: Self.host).close()
        }
    }

    @Test func oneThreadIsEnough() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let first = try await Memberlist.create(here("a"), group: group)
        let second = try await Memberlist.create(here("b"), group: group)
        #expect(await first.join([second.address]).allSatisfy(\.succeeded))
        try await second.seesAlive(2)
        try await first.sendReliably([1], to: "b")
        await first.shutdown()
        await second.shutdown()
        try await group.shutdownGracefully()
    }

    @Test("Trap 17: leaves and joins again in the same process") func leavesAndJoinsAgain() async throws {
        try await withNodes([here("a"), here("b")]) { nodes in
            let (first, second) = (nodes[0], nodes[1])
            #expect(await first.join([second.address]).allSatisfy(\.succeeded))
            try await second.seesAlive(2)
            #expect(try await first.leave().told == 1)
            try await second.seesAlive(1)
            #expect(second.member(named: "a")?.state == .left)
            #expect(await first.join([second.address]).allSatisfy(\.succeeded))
            try await second.seesAlive(2)
        }
    }

    @Test func comesBackUnderTheSameNameAtOnce() async throws {
        try await withNodes([here("b")]) { nodes in
            let first = try await Memberlist.create(here("a"))
            #expect(await first.join([nodes[0].address]).allSatisfy(\.succeeded))
            try await nodes[0].seesAlive(2)
            _ = try await first.leave()
            await first.shutdown()
            try await nodes[0].seesAlive(1)
            let again = try await Memberlist.create(here("a"))
            #expect(await again.join([nodes[0].address]).allSatisfy(\.succeeded))
            try await nodes[0].seesAlive(2)
            #expect(nodes[0].member(named: "a")?.endpoint == again.localMember.endpoint)
            await again.shutdown()
        }
    }
}
