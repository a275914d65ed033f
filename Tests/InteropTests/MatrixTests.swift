import ProcessSupport
import Testing

/// Our nodes and HashiCorp's in one cluster, under every combination of label, key, compression and protocol
/// version, each direction of the join.
@Suite(.serialized) struct MatrixTests {
    static let shapes: [ClusterShape] = ["", "blue"].flatMap { label in
        [0, 16, 24, 32].flatMap { keyBytes in
            [true, false].flatMap { compression in
                (1...5).map { version in
                    ClusterShape(
                        label: label,
                        keyBytes: keyBytes,
                        compression: compression,
                        protocolVersion: version
                    )
                }
            }
        }
    }

    /// How many clusters run at a time: each mostly waits for its failure detector.
    static let width = 12

    @Test(.timeLimit(.minutes(15)))
    func ourNodeJoinsTheirs() async throws {
        _ = try Peers.require("gopeer")
        try await forEachShape { shape in
            let first = try shape.goNode("first")
            let second = try shape.swiftNode(
                "second",
                index: 2,
                join: [try await first.ready()],
                extra: ["--meta", "m2"]
            )
            try await Self.live(shape, first: first, second: second, secondMeta: "m2") { name, join in
                try shape.swiftNode(name, index: 3, join: join)
            }
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func theirNodeJoinsOurs() async throws {
        _ = try Peers.require("gopeer")
        try await forEachShape { shape in
            let first = try shape.swiftNode("first")
            let second = try shape.goNode(
                "second",
                index: 2,
                join: [try await first.ready()],
                extra: ["-meta", "m2"]
            )
            try await Self.live(shape, first: first, second: second, secondMeta: "m2") { name, join in
                try shape.goNode(name, index: 3, join: join)
            }
        }
    }

    /// A whole life: join, metadata, messages both ways, an update, a third node that fails, a leave.
    private static func live(
        _ shape: ClusterShape,
        first: EventProcess,
        second: EventProcess,
        secondMeta: String,
        third: (String, [String]) throws -> EventProcess
    ) async throws {
        let address = try await first.ready()
        let joined = try await first.wait("join", "second")
        #expect(joined.meta == secondMeta, "\(shape.testDescription)")
        try await second.wait("join", "first")

        let doomed = try third("doomed", [address])
        try await first.wait("join", "doomed")
        try await second.wait("join", "doomed")
        try await doomed.process.end()

        try await talk(first, to: "second", second)
        try await talk(second, to: "first", first)

        try first.command(#"{"id":21,"command":"update","meta":"new-1"}"#)
        let update1 = try await second.wait("update", "first")
        #expect(update1.meta == "new-1", "\(shape.testDescription)")
        try second.command(#"{"id":22,"command":"update","meta":"new-2"}"#)
        let update2 = try await first.wait("update", "second")
        #expect(update2.meta == "new-2", "\(shape.testDescription)")

        let failed1 = try await first.wait("leave", "doomed", within: .seconds(45))
        let failed2 = try await second.wait("leave", "doomed", within: .seconds(45))
        #expect(failed1.reason == "failed" && failed2.reason == "failed", "\(shape.testDescription)")

        second.process.signal(15)
        let left = try await first.wait("leave", "second")
        #expect(left.reason == "left", "\(shape.testDescription)")
        #expect(try await second.process.waitForExit(within: .seconds(60)) == 0)
        if second.process.name == "memberlist" {
            // HashiCorp's node answers the ping that travels with the farewell.
            let word = second.process.errorLines.first { $0.contains("left the cluster") }
            #expect(word?.contains("heard=1") == true, "\(shape.testDescription): \(word ?? "")")
        }
        try await first.process.end()
    }

    /// A message of each kind, from one node to the other.
    private static func talk(_ sender: EventProcess, to name: String, _ receiver: EventProcess) async throws {
        let text = "from-\(sender.process.pid)"
        let datagram = #"{"id":11,"command":"send","to":"\#(name)","payload":"\#(text)-datagram"}"#
        let stream =
            #"{"id":12,"command":"send","to":"\#(name)","payload":"\#(text)-stream","reliable":true}"#
        for command in [datagram, stream] { try sender.command(command) }
        for kind in ["datagram", "stream"] {
            try await receiver.wait("message \(text)-\(kind)") {
                $0.payload == "\(text)-\(kind)" ? true : nil
            }
        }
        // HashiCorp's broadcasts go out a few times, to members drawn at random: perhaps never to this one.
        for attempt in 1...5 {
            try sender.command(#"{"id":13,"command":"broadcast","payload":"\#(text)-broadcast"}"#)
            do {
                return try await receiver.wait(
                    "message \(text)-broadcast",
                    within: .seconds(attempt < 5 ? 2 : 20)
                ) { $0.payload == "\(text)-broadcast" ? () : nil }
            } catch  where attempt < 5 {}
        }
    }

    private func forEachShape(_ body: @escaping @Sendable (ClusterShape) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var waiting = Self.shapes.makeIterator()
            func startNext() {
                guard let shape = waiting.next() else { return }
                group.addTask {
                    do {
                        var shape = shape
                        if shape.protocolVersion == 1 { shape.commonPort = try Peers.freePort() }
                        try await body(shape)
                    } catch {
                        Issue.record("\(shape.testDescription): \(error)")
                    }
                }
            }
            for _ in 0..<Self.width { startNext() }
            while try await group.next() != nil { startNext() }
        }
    }
}
