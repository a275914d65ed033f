import Foundation
import ProcessSupport
import Testing

/// The programs that this project must understand, and nodes of ours beside them.
enum Peers {
    /// A peer program. Where it was not fetched: a failure under CI, and elsewhere a skip that says what to do.
    static func require(_ name: String) throws -> URL {
        if let found = Programs.peer(name) { return found }
        let advice = "\(name) is not here: run Tests/Peers/fetch, which brings it"
        guard ProcessInfo.processInfo.environment["CI"] != "true" else {
            throw LineProcess.Failure(description: advice)
        }
        try Test.cancel("\(advice)")
    }

    /// A port that is free for datagrams and streams on loopback, for programs that cannot choose one.
    static func freePort() throws -> Int {
        for _ in 0..<100 {
            let stream = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            let datagram = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
            defer {
                close(stream)
                close(datagram)
            }
            guard let port = bindLoopback(stream, port: 0), bindLoopback(datagram, port: port) != nil else {
                continue
            }
            return port
        }
        throw LineProcess.Failure(description: "no port is free for both protocols")
    }

    private static func bindLoopback(_ descriptor: Int32, port: Int) -> Int? {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard bind(descriptor, generic, length) == 0, getsockname(descriptor, generic, &length) == 0
                else { return nil }
                return Int(UInt16(bigEndian: pointer.pointee.sin_port))
            }
        }
    }
}

/// How the nodes of one cluster are set up.
struct ClusterShape: Sendable, CustomTestStringConvertible {
    var label = ""
    /// Bytes of the key; 0 for none.
    var keyBytes = 0
    var compression = true
    var protocolVersion = 2
    /// The port of all nodes, each on an address of its own: messages of protocol version 1 carry no port.
    var commonPort: Int?

    var testDescription: String {
        let crypt = keyBytes == 0 ? "plaintext" : "AES-\(keyBytes * 8)"
        return
            "\(crypt), label '\(label)', \(compression ? "" : "no ")compression, protocol \(protocolVersion)"
    }

    /// A key of this test's own, made of nothing secret.
    var key: String? {
        keyBytes == 0 ? nil : Data((0..<UInt8(keyBytes)).map { $0 &* 7 &+ 3 }).base64EncodedString()
    }

    /// Where a node listens: a port of its own on one address, or the common port on an address of its own.
    private func binding(_ index: Int) -> String {
        commonPort.map { "127.0.0.\(index):\($0)" } ?? "127.0.0.1:0"
    }

    /// A node of ours.
    func swiftNode(
        _ name: String,
        index: Int = 1,
        join: [String] = [],
        bind: String? = nil,
        profile: String = "lan",
        extra: [String] = []
    ) throws -> EventProcess {
        var arguments = [
            "agent", "--name", name, "--bind", bind ?? binding(index), "--profile", profile, "--format",
            "json",
            "--commands", "--protocol", "\(protocolVersion)", "--log-level", "debug",
        ]
        if !label.isEmpty { arguments += ["--label", label] }
        if !compression { arguments += ["--no-compression"] }
        if protocolVersion == 1 { arguments += ["--accept-padded-encryption"] }
        for address in join { arguments += ["--join", address] }
        let environment = key.map { ["MEMBERLIST_ENCRYPT": $0] } ?? [:]
        return try EventProcess(
            Programs.product("memberlist"),
            arguments + extra,
            environment: environment
        )
    }

    /// A node of HashiCorp's.
    func goNode(_ name: String, index: Int = 1, join: [String] = [], extra: [String] = []) throws
        -> EventProcess
    {
        var arguments = [
            "-name", name, "-bind", binding(index), "-profile", "lan", "-compression", "\(compression)",
            "-protocol", "\(protocolVersion)",
        ]
        if !label.isEmpty { arguments += ["-label", label] }
        if let key { arguments += ["-key", key] }
        for address in join { arguments += ["-join", address] }
        return try EventProcess(Peers.require("gopeer"), arguments + extra)
    }
}
