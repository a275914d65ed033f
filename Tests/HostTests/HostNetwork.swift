import Foundation
import ProcessSupport
import Testing

/// Machines of their own on this one: network namespaces with an address each, joined by a switch in a namespace more.
/// Nothing of this machine's own network is touched, and all of it goes with the namespaces.
final class HostNetwork: Sendable {
    let hosts: [Host]
    private let hub: String

    /// Makes so many hosts, or says why not: without the right to make namespaces the test is skipped, and says
    /// so.
    init(_ count: Int) throws {
        try Self.requireNamespaces()
        let prefix = "ml\(ProcessInfo.processInfo.processIdentifier)-\(UInt16.random(in: .min ... .max))"
        let hub = "\(prefix)-hub"
        let hosts = (1...count).map { Host(namespace: "\(prefix)-\($0)", hub: hub, number: $0) }
        self.hub = hub
        self.hosts = hosts
        try Tool.ip("netns add \(hub)")
        for host in hosts { try Tool.ip("netns add \(host.namespace)") }
        try Tool.ip(
            """
            link add hub type bridge forward_delay 0
            link set hub up
            """,
            in: hub
        )
        for host in hosts {
            try Tool.ip(
                "link add \(host.port) type veth peer name eth0 netns \(host.namespace)",
                in: hub
            )
            try Tool.ip(
                """
                link set \(host.port) master hub
                link set \(host.port) up
                """,
                in: hub
            )
            try Tool.ip(
                """
                link set lo up
                address add \(host.address)/24 dev eth0
                address add \(host.address6)/64 dev eth0 nodad
                link set eth0 up
                """,
                in: host.namespace
            )
        }
    }

    deinit {
        for namespace in hosts.map(\.namespace) + [hub] { try? Tool.ip("netns delete \(namespace)") }
    }

    /// Only root makes namespaces; a container may forbid even root to.
    private static func requireNamespaces() throws {
        guard geteuid() == 0 else {
            try Test.cancel("only root can make network namespaces: hosts are not tested")
        }
        let probe = "ml\(ProcessInfo.processInfo.processIdentifier)-probe\(UInt16.random(in: .min ... .max))"
        do {
            try Tool.ip("netns add \(probe)")
            defer { try? Tool.ip("netns delete \(probe)") }
            try Tool.ip("link add probe type veth peer name probe-peer", in: probe)
        } catch {
            try Test.cancel("no network namespaces can be made here, hosts are not tested: \(error)")
        }
    }
}

/// One of the machines.
struct Host: Sendable {
    let namespace: String
    let hub: String
    let number: Int

    var name: String { "host-\(number)" }
    var address: String { "10.77.0.\(number)" }
    var address6: String { "fd77::\(number)" }
    fileprivate var port: String { "port\(number)" }

    // MARK: What happens to it

    func pullCable() throws { try Tool.ip("link set \(port) down", in: hub) }

    func plugCable() throws { try Tool.ip("link set \(port) up", in: hub) }

    /// What this host sends to the other is lost from now on; what the other sends arrives.
    func loseTheWay(to other: Host) throws {
        try Tool.ip("route add blackhole \(other.address)/32", in: namespace)
    }

    func findTheWay(to other: Host) throws {
        try Tool.ip("route delete blackhole \(other.address)/32", in: namespace)
    }

    func move(to address: String) throws {
        try Tool.ip(
            """
            address delete \(self.address)/24 dev eth0
            address add \(address)/24 dev eth0
            """,
            in: namespace
        )
    }

    func dropIPv4() throws {
        try Tool.ip("address delete \(address)/24 dev eth0", in: namespace)
    }

    /// A filter of this host's own for what arrives, in the words of nftables: `meta l4proto udp drop`.
    func filter(_ rule: String) throws {
        try Tool.run(
            ["ip", "netns", "exec", namespace, "nft", "-f", "-"],
            input: """
                table inet hosts {
                    chain arriving {
                        type filter hook input priority 0;
                        \(rule)
                    }
                }

                """
        )
    }

    // MARK: What runs on it

    /// An agent of ours, under the host's name and at its address unless said otherwise.
    func agent(
        _ flags: [String] = [],
        named name: String? = nil,
        at address: String? = nil,
        profile: String = "local"
    ) throws -> EventProcess {
        let program = try Programs.product("memberlist").path
        let arguments = [
            "agent", "--name", name ?? self.name, "--bind", "\(address ?? self.address):7946", "--profile",
            profile,
            "--format", "json", "--commands",
        ]
        return try EventProcess(
            try Tool.find("ip"),
            ["netns", "exec", namespace, program] + arguments + flags
        )
    }
}

/// The programs that make and change networks.
enum Tool {
    static func find(_ name: String) throws -> URL {
        for folder in ["/usr/sbin", "/sbin", "/usr/bin", "/bin"] {
            let file = URL(fileURLWithPath: "\(folder)/\(name)")
            if FileManager.default.isExecutableFile(atPath: file.path) { return file }
        }
        throw LineProcess.Failure(description: "there is no \(name): install iproute2 and nftables")
    }

    /// Lines of `ip`'s own language, one after another.
    static func ip(_ lines: String, in namespace: String? = nil) throws {
        try run(["ip"] + (namespace.map { ["-n", $0] } ?? []) + ["-batch", "-"], input: lines + "\n")
    }

    /// Runs it and waits; its complaint is the error's text.
    static func run(_ words: [String], input: String = "") throws {
        let process = Process()
        process.executableURL = try find(words[0])
        process.arguments = Array(words.dropFirst())
        let (stdin, stderr) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardError = stderr
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        stdin.fileHandleForWriting.write(Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let complaint = stderr.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw LineProcess.Failure(
                description: "\(words.joined(separator: " ")): \(String(decoding: complaint, as: UTF8.self))"
            )
        }
    }
}
