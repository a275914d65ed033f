import Foundation
import NIOCore
import ProcessSupport
import Testing

@testable import Memberlist

/// What names stand for, asked of a real name server.
@Suite(.timeLimit(.minutes(10)))
struct NameServerTests {
    private func resolver(
        _ server: NameServer,
        _ change: (inout MemberlistConfiguration.DNS) -> Void = { _ in }
    ) -> Resolver {
        var settings = MemberlistConfiguration.DNS()
        settings.servers = [server.address]
        settings.searchDomains = []
        settings.timeout = .seconds(10)
        change(&settings)
        return Resolver(settings)
    }

    @Test func aHostStandsForAllItsAddresses() async throws {
        let records = [
            "--host-record=seed.test,127.0.53.11", "--host-record=seed.test,127.0.53.12",
            "--host-record=seed.test,127.0.53.13,fd00::13", "--host-record=four.test,127.0.53.14",
            "--cname=other.test,seed.test", "--txt-record=words.test,hello",
        ]
        try await withNameServer(records) { server in
            let resolver = resolver(server)
            let all = try await resolver.everything("seed.test:1")
            #expect(
                Set(all) == ["127.0.53.11:1", "127.0.53.12:1", "127.0.53.13:1", "[fd00::13]:1"]
            )
            #expect(all.last == "[fd00::13]:1")
            #expect(try await Set(resolver.everything("other.test:1")) == Set(all))
            #expect(try await resolver.everything("four.test") == ["127.0.53.14:7946"])
            #expect(try await resolver.everything("four.test.") == ["127.0.53.14:7946"])
            for name in ["nobody.test", "words.test", "srv+four.test", "_m._tcp.test"] {
                await #expect(throws: DNSFailure.notFound) { try await resolver.everything(name) }
            }
        }
    }

    @Test("Trap 18: a host that has an IPv6 address alone")
    func ipv6Alone() async throws {
        try await withNameServer(["--host-record=six.test,::1"]) { server in
            #expect(try await resolver(server).everything("six.test:9") == ["[::1]:9"])
            let dns = resolver(server).settings
            let here = local("a", host: "::") { $0.dns = dns }
            try await withNodes([here, local("b", host: "::1")]) { nodes in
                let port = nodes[1].localMember.endpoint.port
                let results = await nodes[0].join(["six.test:\(port)"])
                #expect(results.map(\.endpoint) == [nodes[1].localMember.endpoint])
                #expect(results.allSatisfy { $0.succeeded }, "\(results)")
                try await nodes[0].seesAlive(2)
            }
        }
    }

    @Test func aServiceStandsForTheHostsAndPortsOfItsRecords() async throws {
        let records = [
            "--srv-host=_m._tcp.svc.test,far.test,7003,20,1",
            "--srv-host=_m._tcp.svc.test,near.test,7001,10,1",
            "--srv-host=_m._tcp.svc.test,near.test,7002,10,9", "--srv-host=plain.test,near.test,7004",
            "--srv-host=_m._tcp.lost.test,nobody.test,1", "--srv-host=_m._tcp.none.test",
            "--host-record=near.test,127.0.53.21,fd00::21", "--host-record=far.test,127.0.53.22",
        ]
        try await withNameServer(records) { server in
            let resolver = resolver(server)
            // The lower priority first, and of one the greater weight.
            let theirs = try await resolver.everything("_m._tcp.svc.test")
            let near = ["127.0.53.21:7002", "[fd00::21]:7002", "127.0.53.21:7001", "[fd00::21]:7001"]
            #expect(theirs == near + ["127.0.53.22:7003"])
            let told = try await resolver.everything("_m._tcp.svc.test:8000")
            #expect(told == ["127.0.53.21:8000", "[fd00::21]:8000", "127.0.53.22:8000"])
            let plain = try await resolver.everything("srv+plain.test")
            #expect(plain == ["127.0.53.21:7004", "[fd00::21]:7004"])
            for name in ["_m._tcp.lost.test", "_m._tcp.none.test"] {
                await #expect(throws: DNSFailure.notFound) { try await resolver.everything(name) }
            }
        }
    }

    @Test func searchDomainsCompleteAShortName() async throws {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("resolv.conf")
        let records = [
            "--host-record=seed.one.test,127.0.53.31", "--host-record=seed.two.test,127.0.53.32",
            "--srv-host=_m._tcp.two.test,seed.two.test,7005",
        ]
        try await withNameServer(records) { server in
            func conf(_ domains: String) throws {
                try "search \(domains)\nnameserver 127.0.53.99\n"
                    .write(to: file, atomically: true, encoding: .utf8)
            }
            try conf("none.test one.test")
            let system = resolver(server) {
                $0.resolvConf = file.path
                $0.searchDomains = nil
            }
            #expect(try await system.everything("seed:1") == ["127.0.53.31:1"])
            await #expect(throws: (any Error).self) { try await system.everything("_m._tcp") }
            // Nothing is started anew.
            try conf("two.test one.test")
            #expect(try await system.everything("seed:1") == ["127.0.53.32:1"])
            #expect(try await system.everything("_m._tcp") == ["127.0.53.32:7005"])
            await #expect(throws: (any Error).self) { try await system.everything("seed.:1") }

            let told = resolver(server) { $0.searchDomains = ["one.test"] }
            #expect(try await told.everything("seed:1") == ["127.0.53.31:1"])
            await #expect(throws: (any Error).self) { try await resolver(server).everything("seed:1") }
        }
    }

    @Test func aFileOfServersThatIsNotThereIsTold() async throws {
        var settings = MemberlistConfiguration.DNS()
        settings.resolvConf = "/nowhere/resolv.conf"
        let resolver = Resolver(settings)
        for name in ["a.test", "_m._tcp.test"] {
            do {
                let found = try await resolver.everything(name)
                Issue.record("\(found)")
            } catch DNSFailure.noAnswer(let reason) {
                #expect(reason.hasPrefix("/nowhere/resolv.conf cannot be read"))
            }
        }
    }

    @Test func aSilentServerEndsAtTheDeadlineOrItsTurn() async throws {
        let silent = try await bindDatagram(0, host: NameServer.host)
        let port = try #require(silent.localAddress?.port)
        try await withNameServer(["--host-record=a.test,127.0.53.41"]) { server in
            let slow = resolver(server) { $0.servers = ["\(NameServer.host):\(port)"] }
            for name in ["a.test", "_m._tcp.test"] {
                await #expect(throws: DNSFailure.timedOut) {
                    try await slow.everything(name, within: .milliseconds(300))
                }
            }
            let impatient = resolver(server) {
                $0.servers = ["\(NameServer.host):\(port)"]
                $0.timeout = .milliseconds(50)
                $0.tries = 1
            }
            do {
                let found = try await impatient.everything("a.test")
                Issue.record("\(found)")
            } catch DNSFailure.noAnswer(let reason) {
                #expect(!reason.isEmpty)
            }
            // The next one is asked then.
            let both = resolver(server) {
                $0.servers.insert("\(NameServer.host):\(port)", at: 0)
                $0.timeout = .milliseconds(500)
            }
            #expect(try await both.everything("a.test:1") == ["127.0.53.41:1"])
        }
        try await silent.close()
    }

    @Test func cancellationAndTheEndOfTheNodeEndALookup() async throws {
        let questions = Inbox()
        let silent = try await bindDatagram(0, host: NameServer.host, inbox: questions)
        var settings = MemberlistConfiguration.DNS()
        settings.servers = ["\(NameServer.host):\(try #require(silent.localAddress?.port))"]
        settings.searchDomains = []
        settings.timeout = .seconds(60)
        let resolver = Resolver(settings)
        let cancelled = Task { try await resolver.everything("a.test", within: .seconds(60)) }
        try await poll("the question", within: .seconds(60)) { questions.count >= 1 }
        cancelled.cancel()
        await #expect(throws: DNSFailure.cancelled) { try await cancelled.value }
        let others = (0..<50).map { number in
            Task { try await resolver.everything("a\(number).test", within: .seconds(60)) }
        }
        // An A and an AAAA record of each.
        try await poll("fifty questions", within: .seconds(60)) { questions.count >= 2 + 100 }
        resolver.close()
        for other in others {
            await #expect(throws: DNSFailure.cancelled) { try await other.value }
        }
        await #expect(throws: DNSFailure.cancelled) { try await resolver.everything("b.test") }
        try await silent.close()
    }

    /// 300 addresses come as 5 KB, which no datagram of DNS holds: the library asks again by TCP.
    @Test func anAnswerIsBounded() async throws {
        let many = (0..<300).map { "127.1.\($0 / 250).\($0 % 250 + 1) many.test" }
        let services = (0..<70).map { "--srv-host=_m._tcp.test,one.test,\(7_000 + $0)" }
        let records = services + ["--host-record=one.test,127.0.53.51"]
        try await withNameServer(records, hosts: many.joined(separator: "\n") + "\n") { server in
            let resolver = resolver(server)
            let found = try await resolver.everything("many.test:1")
            #expect(found.count == 256)
            #expect(Set(found).count == 256)
            #expect(try await resolver.everything("_m._tcp.test").count == 64)
        }
    }
}
