import Foundation
import NIOCore
import ProcessSupport
import Testing

@testable import Memberlist

/// A real name server on loopback, dnsmasq, with a port of its own, that knows what it is told and nothing else.
struct NameServer {
    /// Where it listens: an address that no other test uses.
    static let host = "127.0.53.1"

    let process: LineProcess
    let port: Int
    private let folder: URL

    var address: String { "\(Self.host):\(port)" }

    /// Where it was not fetched: a failure under CI, and elsewhere a skip that says what to do.
    private static func program() throws -> URL {
        if let found = Programs.peer("dnsmasq") { return found }
        let advice = "dnsmasq is not here: run Tests/Peers/fetch, which brings it"
        guard ProcessInfo.processInfo.environment["CI"] != "true" else {
            throw LineProcess.Failure(description: advice)
        }
        try Test.cancel("\(advice)")
    }

    /// - Parameters:
    ///   - records: dnsmasq's flags, such as `--host-record=a.test,127.0.0.1`.
    ///   - hosts: A file of addresses and names, which ``setHosts(_:)`` changes.
    static func start(_ records: [String] = [], hosts: String = "") async throws -> NameServer {
        let program = try program()
        let folder = try Programs.temporaryFolder()
        let file = folder.appendingPathComponent("hosts")
        try hosts.write(to: file, atomically: true, encoding: .utf8)
        for _ in 0..<20 {
            let port = try await freePort()
            let flags = [
                "--no-daemon", "--conf-file=/dev/null", "--pid-file=", "--no-resolv", "--no-hosts",
                "--no-poll",
                "--address=/#/", "--bind-interfaces", "--listen-address=\(host)", "--port=\(port)",
                "--addn-hosts=\(file.path)", "--cache-size=0",
            ]
            let process = try LineProcess(program, flags + records)
            do {
                try await poll("dnsmasq's first word", within: .seconds(60)) {
                    process.errorLines.contains { $0.contains("started") || $0.contains("failed") }
                }
            } catch {
                try await process.end()
                throw error
            }
            if process.errorLines.contains(where: { $0.contains("started") }) {
                return NameServer(process: process, port: port, folder: folder)
            }
            // Somebody took the port meanwhile.
            try await process.end()
        }
        throw LineProcess.Failure(description: "no port is free for dnsmasq")
    }

    private static func freePort() async throws -> Int {
        let stream = try await bindStream(0, host: host)
        defer { stream.close(promise: nil) }
        return try #require(stream.localAddress?.port)
    }

    /// Has it answer otherwise from now on.
    func setHosts(_ text: String) async throws {
        let before = process.errorLines.count { $0.contains("read ") && $0.contains("hosts") }
        try text.write(to: folder.appendingPathComponent("hosts"), atomically: true, encoding: .utf8)
        process.signal(SIGHUP)
        try await poll("the new records, after \(process.errorLines)", within: .seconds(60)) {
            process.errorLines.count { $0.contains("read ") && $0.contains("hosts") } > before
        }
    }

    func end() async throws {
        try await process.end()
        try? FileManager.default.removeItem(at: folder)
    }
}

/// Runs a body beside a name server.
func withNameServer(
    _ records: [String] = [],
    hosts: String = "",
    _ body: (NameServer) async throws -> Void
) async throws {
    let server = try await NameServer.start(records, hosts: hosts)
    do {
        try await body(server)
        try await server.end()
    } catch {
        try await server.end()
        throw error
    }
}

extension Resolver {
    /// Everything that an address stands for, as text.
    func everything(_ text: String, within limit: Duration = .seconds(60)) async throws -> [String] {
        let address = try JoinAddress(text)
        let found = try await endpoints(
            of: address.place,
            port: address.port,
            default: 7946,
            until: .after(limit)
        )
        return found.map(\.description)
    }
}
