import Foundation
import ProcessSupport
import Testing

/// Prometheus Alertmanager 0.28.1: a labelled cluster without encryption.
@Suite struct AlertmanagerTests {
    struct Status: Decodable {
        struct Cluster: Decodable {
            struct Peer: Decodable {
                var name: String
                var address: String
            }
            var peers: [Peer]
        }
        var cluster: Cluster
    }

    /// Lines a node may log while a stranger knocks for some seconds. A storm has one a datagram.
    static let calmLogLines = 60

    @Test(.timeLimit(.minutes(10)))
    func ourNodeIsAPeerAndOneOfAnotherLabelIsNot() async throws {
        let program = try Peers.require("prometheus-alertmanager")
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let configuration = folder.appendingPathComponent("alertmanager.yml")
        try "route:\n  receiver: none\nreceivers:\n- name: none\n"
            .write(to: configuration, atomically: true, encoding: .utf8)
        let cluster = "127.0.0.1:\(try Peers.freePort())"
        let web = "127.0.0.1:\(try Peers.freePort())"
        let alertmanager = try LineProcess(
            program,
            [
                "--cluster.label=blue", "--cluster.listen-address=\(cluster)", "--web.listen-address=\(web)",
                "--storage.path=\(folder.path)", "--config.file=\(configuration.path)",
            ]
        )
        try await poll("Alertmanager's status", within: .seconds(60)) { try await status(web) != nil }

        let ours = try ClusterShape(label: "blue").swiftNode("ours", join: [cluster])
        let address = try await ours.ready()
        let stranger = try ClusterShape(label: "green").swiftNode("stranger", join: [cluster])
        _ = try await stranger.ready()
        try await poll("our node among Alertmanager's peers", within: .seconds(60)) {
            try await status(web)?.cluster.peers.contains { $0.name == "ours" && $0.address == address }
                ?? false
        }
        // The stranger tries, is refused, and tries again.
        try await poll("a refused join of the stranger", within: .seconds(60)) {
            stranger.process.errorLines.filter { $0.contains("join") }.count >= 2
        }
        let peers = try #require(try await status(web)).cluster.peers.map(\.name)
        #expect(peers.contains("ours") && !peers.contains("stranger"))
        #expect(!ours.events.contains { $0.name == "stranger" })
        for log in [alertmanager.errorLines, ours.process.errorLines, stranger.process.errorLines] {
            #expect(log.count < Self.calmLogLines, "\(log.suffix(5))")
        }

        ours.process.signal(SIGTERM)
        try await poll("our node gone from Alertmanager's peers", within: .seconds(60)) {
            try await status(web)?.cluster.peers.contains { $0.name == "ours" } == false
        }
        try await stranger.process.end()
        try await alertmanager.end()
    }

    private func status(_ web: String) async throws -> Status? {
        let curl = try LineProcess(
            URL(fileURLWithPath: "/usr/bin/env"),
            ["curl", "-s", "-m", "2", "http://\(web)/api/v2/status"]
        )
        _ = try await curl.waitForExit(within: .seconds(60))
        let body = curl.outputLines.joined(separator: "\n")
        return try? JSONDecoder().decode(Status.self, from: Data(body.utf8))
    }
}
