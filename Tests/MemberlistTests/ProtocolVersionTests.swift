import Memberlist
import Testing

/// Each version of the gossip protocol, spoken by nodes of this library to each other. In version 1 nobody says his
/// port: all have the same one, so each node has an address of its own here, and one suite runs after another.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ProtocolVersionTests {
    /// Nodes of those versions at one port, all of them joined.
    private func withCluster(
        of versions: [UInt8],
        key: SecretKey? = nil,
        _ body: ([Memberlist]) async throws -> Void
    ) async throws {
        func member(_ index: Int, port: Int) -> MemberlistConfiguration {
            local("n\(index)", host: "127.0.46.\(index + 1)") {
                $0.bindPort = port
                $0.protocolVersion = versions[index]
                $0.keyring = key.map { Keyring(primary: $0) }
            }
        }
        try await withNodes([member(0, port: 0)]) { first in
            let port = Int(first[0].localMember.endpoint.port)
            try await withNodes(versions.indices.dropFirst().map { member($0, port: port) }) { others in
                for node in others {
                    #expect(await node.join([first[0].address]).allSatisfy(\.succeeded))
                }
                for node in first + others { try await node.seesAlive(versions.count) }
                try await body(first + others)
            }
        }
    }

    @Test(arguments: 1...5 as ClosedRange<UInt8>, [false, true])
    func twoNodesSpeakIt(version: UInt8, encrypted: Bool) async throws {
        let key = encrypted ? try SecretKey.random() : nil
        try await withCluster(of: [version, version], key: key) { nodes in
            let (first, second) = (nodes[0], nodes[1])
            for node in nodes {
                #expect(node.protocolVersion == version)
                #expect(node.members.map(\.versions.current) == [version, version])
            }
            try await second.isAnswered(by: "n0")
            let events = second.events
            try await first.updateMeta([version])
            try await events.first {
                if case .updated(let member) = $0 { member.meta == [version] } else { false }
            }
            try await first.sendReliably([1, version], to: "n1")
            try await events.first { $0.payload == [1, version] }
            try await first.broadcast([2, version])
            try await events.first { $0.payload == [2, version] }
            #expect(try await first.leave().told == 1)
            try await second.sees("n0", .left)
        }
    }

    /// Each is understood by all others.
    @Test func allFiveInOneCluster() async throws {
        try await withCluster(of: [1, 2, 3, 4, 5]) { nodes in
            for node in nodes {
                for index in nodes.indices {
                    let member = node.member(named: NodeName("n\(index)"))
                    #expect(member?.versions.current == UInt8(index + 1) && member?.state == .alive)
                }
            }
        }
    }
}
