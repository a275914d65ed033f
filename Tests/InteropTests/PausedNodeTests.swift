import Foundation
import ProcessSupport
import Testing

/// A process that stands still is suspected, and refutes when it wakes in time.
@Suite struct PausedNodeTests {
    static let shape = ClusterShape(label: "blue", keyBytes: 32)

    @Test(.timeLimit(.minutes(10)), arguments: [true, false])
    func aPausedNodeRefutes(itIsOurs: Bool) async throws {
        _ = try Peers.require("gopeer")
        let first = try Self.shape.swiftNode("swift-1")
        let address = try await first.ready()
        let second = try Self.shape.goNode("go-1", join: [address])
        try await first.wait("join", "go-1")
        let third =
            itIsOurs
            ? try Self.shape.swiftNode("third", join: [address])
            : try Self.shape.goNode("third", join: [address])
        for node in [first, second] { try await node.wait("join", "third") }

        third.process.signal(SIGSTOP)
        try await waitForState("suspect", of: "third", at: first)
        try await waitForState("suspect", of: "third", at: second)
        third.process.signal(SIGCONT)
        try await waitForState("alive", of: "third", at: first)
        try await waitForState("alive", of: "third", at: second)
        for node in [first, second] {
            #expect(!node.events.contains { $0.event == "leave" && $0.name == "third" })
        }
        for node in [first, second, third] { try await node.process.end() }
    }

    private func waitForState(_ state: String, of name: String, at node: EventProcess) async throws {
        try await poll("\(name) \(state)", within: .seconds(60)) {
            let start = node.process.outputLines.count
            try node.command(#"{"command":"members"}"#)
            let members = try await node.wait("members", from: start) {
                $0.event == "members" ? $0.members : nil
            }
            return members.contains { $0.name == name && $0.state == state }
        }
    }
}
