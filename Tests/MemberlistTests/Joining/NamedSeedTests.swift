import Foundation
import NIOCore
import ProcessSupport
import Synchronization
import Testing

@testable import Memberlist

/// Nodes that find each other by names of a real name server, with what goes wrong there.
extension NameServerTests {
    @Suite(.timeLimit(.minutes(10)))
    struct NamedSeedTests {
        private func node(
            _ name: String,
            host: String = "127.0.0.1",
            _ server: NameServer,
            _ change: (inout MemberlistConfiguration) -> Void = { _ in }
        ) -> MemberlistConfiguration {
            local(name, host: host) {
                $0.dns.servers = [server.address]
                $0.dns.searchDomains = []
                $0.dns.timeout = .seconds(10)
                change(&$0)
            }
        }

        @Test func theOneAddressOfManyAtWhichSomebodyListensIsFound() async throws {
            let records = (61...80).map { "--host-record=seed.test,127.0.53.\($0)" }
            try await withNameServer(records) { server in
                try await withNodes([node("a", server), local("b", host: "127.0.53.70")]) { nodes in
                    let results = await nodes[0].join(["seed.test:\(nodes[1].localMember.endpoint.port)"])
                    #expect(results.map(\.endpoint) == [nodes[1].localMember.endpoint])
                    #expect(results.allSatisfy { $0.succeeded }, "\(results)")
                    try await nodes[0].seesAlive(2)
                }
            }
        }

        @Test func theRecordsPortIsUsed() async throws {
            try await withNodes([local("b")]) { others in
                let port = others[0].localMember.endpoint.port
                let records = [
                    "--srv-host=_memberlist._tcp.test,b.test,\(port)", "--host-record=b.test,127.0.0.1",
                ]
                try await withNameServer(records) { server in
                    try await withNodes([node("a", server)]) { nodes in
                        let wrong = await nodes[0].join(["_memberlist._tcp.test:9"])
                        #expect(wrong.map(\.succeeded) == [false])
                        let right = await nodes[0].join([
                            "_memberlist._tcp.test", "b/srv+_memberlist._tcp.test",
                        ])
                        #expect(right.map(\.succeeded) == [true, true], "\(right)")
                        let unknown = await nodes[0].join(["nobody.test", "_m._tcp.test"])
                        #expect(unknown.allSatisfy { $0.outcome == .failure(.unresolved) }, "\(unknown)")
                    }
                }
            }
        }

        @Test("Trap 3: nodes that are told old addresses at first find each other by the new ones")
        func oldAddresses() async throws {
            let old = "127.0.53.101 web.test\n127.0.53.102 web.test\n"
            try await withNameServer(hosts: old) { server in
                let asked = Mutex(0)
                let port = try #require(try await bindStream(0, host: "127.0.53.103").freed())
                func pod(_ last: Int) -> MemberlistConfiguration {
                    node("pod-\(last)", host: "127.0.53.\(last)", server) {
                        $0.bindPort = port
                        $0.discovery.interval = .milliseconds(500)
                        $0.discovery.sources = [
                            DNSDiscovery(host: "web.test"),
                            ClosureDiscovery {
                                asked.withLock { $0 += 1 }
                                return []
                            },
                        ]
                    }
                }
                try await withNodes([pod(103), pod(104), pod(105)]) { nodes in
                    // Every one has looked, and found nobody.
                    try await poll("some looks", within: .seconds(60)) { asked.withLock { $0 } >= 9 }
                    #expect(nodes.allSatisfy { $0.alive.count == 1 })
                    try await server.setHosts((103...105).map { "127.0.53.\($0) web.test\n" }.joined())
                    for node in nodes { try await node.seesAlive(3) }
                }
            }
        }

        /// Neither has discovery: what joins were given is enough.
        @Test("Trap 3: a name that a join was given is looked up again, whether or not it was known then")
        func aNameThatMoves() async throws {
            try await withNameServer { server in
                let quick: @Sendable (inout MemberlistConfiguration) -> Void = {
                    $0.healing.interval = .milliseconds(500)
                    $0.healing.maximumInterval = .seconds(2)
                }
                try await withNodes([node("a", server, quick)]) { nodes in
                    let port = Int(nodes[0].localMember.endpoint.port)
                    let results = await nodes[0].join(["web.test:\(port)"])
                    #expect(results.map(\.outcome) == [.failure(.unresolved)])
                    for last in [111, 112] {
                        try await server.setHosts("127.0.53.\(last) web.test\n")
                        let seed = local("b-\(last)", host: "127.0.53.\(last)") { $0.bindPort = port }
                        try await withNodes([seed]) { _ in try await nodes[0].seesAlive(2) }
                        try await nodes[0].seesAlive(1)
                    }
                }
            }
        }

        @Test("Trap 18: a host name to advertise, by the family that the node listens with")
        func advertisedNames() async throws {
            let records = ["--host-record=both.test,127.0.0.1,::1", "--host-record=six.test,::1"]
            try await withNameServer(records) { server in
                func advertised(_ name: String, bound host: String) async throws -> String {
                    let configuration = node("a", host: host, server) { $0.advertiseHost = name }
                    return try await withNodes([configuration]) { "\($0[0].localMember.endpoint.address)" }
                }
                #expect(try await advertised("both.test", bound: "127.0.0.1") == "127.0.0.1")
                #expect(try await advertised("both.test", bound: "::1") == "::1")
                #expect(try await advertised("six.test", bound: "::") == "::1")
                #expect(try await advertised("six.test", bound: "six.test") == "::1")
                let both = node("a", server) {
                    $0.bindHosts = ["127.0.0.1", "::1"]
                    $0.advertiseHost = "six.test"
                }
                #expect(try await withNodes([both]) { "\($0[0].localMember.endpoint.address)" } == "::1")
                do {
                    let address = try await advertised("six.test", bound: "127.0.0.1")
                    Issue.record("\(address)")
                } catch MemberlistError.noAddress(let reason) {
                    #expect(reason.contains("listen on ::"))
                }
                await #expect(throws: MemberlistError.self) {
                    _ = try await advertised("nobody.test", bound: "127.0.0.1")
                }
            }
        }
    }
}

extension Channel {
    /// Its port, free again.
    fileprivate func freed() async throws -> Int? {
        let port = localAddress?.port
        try await close()
        return port
    }
}
