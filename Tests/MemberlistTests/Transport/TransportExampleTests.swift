import Foundation
import Memberlist
import ProcessSupport
import Testing

/// The examples of the article "Transports": that they compile, run, and are the ones below.
@Suite(.timeLimit(.minutes(10)))
struct TransportExampleTests {
    private func example() async throws {
        let network = InMemoryNetwork(
            seed: 7,
            .init(loss: 0.05, delay: .milliseconds(2), jitter: .milliseconds(3))
        )
        let (left, right) = (network.transport(), network.transport())
        let first = try await Memberlist.create(.local(name: "first"), transport: left)
        let second = try await Memberlist.create(.local(name: "second"), transport: right)
        let events = first.events
        await first.join(["\(right.endpoint)"])

        network.partition([right.endpoint])
        for await event in events {
            if case .failed(let member, _) = event, member.name == "second" { break }
        }
        network.heal()
        await first.join(["\(right.endpoint)"])

        await first.shutdown()
        await second.shutdown()
    }

    @Test func theExampleInMemoryRuns() async throws {
        try await within(.seconds(120)) { try await example() }
    }

    @Test func theTransportOfTheArticleJoinsTwoNodes() async throws {
        let (board, ends) = (Switchboard(), try ["10.0.0.1", "10.0.0.2"].map { try endpoint($0) })
        let transports = ends.map { BoardTransport(board: board, endpoint: $0) }
        try await withNodes([local("a"), local("b")], over: transports) { nodes in
            #expect(await nodes[0].join(["\(ends[1])"]).allSatisfy(\.succeeded))
            try await nodes[1].seesAlive(2)
            try await nodes[0].isAnswered(by: "b")
            let events = nodes[1].events
            try await nodes[0].sendReliably([7], to: "b")
            try await events.first { $0 == .message(payload: [7], from: ends[0]) }
        }
        // What was theirs is free again.
        #expect(ends.allSatisfy { board.receiver(at: $0) == nil })
    }

    @Test func theArticleHasWhatCompiles() throws {
        let article = try String(
            contentsOf: Programs.packageTop.appendingPathComponent(
                "Sources/Memberlist/Memberlist.docc/Transports.md"
            ),
            encoding: .utf8
        )
        let here = URL(fileURLWithPath: #filePath)
        let beside = here.deletingLastPathComponent().appendingPathComponent("BoardTransport.swift")
        let source = try [here, beside].map { try String(contentsOf: $0, encoding: .utf8) }.joined()
        let trim: (String) -> [String] = { text in
            text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let compiled = Set(trim(source))
        let lines = article.components(separatedBy: "```swift\n").dropFirst()
            .flatMap { trim($0.components(separatedBy: "```")[0]) }
        #expect(lines.count > 60)
        for line in lines { #expect(compiled.contains(line), "\(line)") }
    }
}
