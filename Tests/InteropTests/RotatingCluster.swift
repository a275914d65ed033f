import Foundation
import ProcessSupport

/// A key as an operator has it. Of this test's own, and worth nothing.
struct TestKey: Sendable, Hashable {
    let base64: String
    /// What our tool calls it.
    let id: String

    static func make(in folder: URL) async throws -> TestKey {
        let file = folder.appendingPathComponent("made-\(UUID().uuidString).json")
        let base64 = Data((0..<32).map { _ in UInt8.random(in: .min ... .max) }).base64EncodedString()
        try write([base64], to: file)
        let listed = try await tool(["keyring", "list", file.path])
        guard let id = listed.lazy.compactMap({ $0.firstMatch(of: /[0-9a-f]{16}/) }).first?.output else {
            throw LineProcess.Failure(description: "no id in \(listed)")
        }
        return TestKey(base64: base64, id: String(id))
    }

    /// A keyring file: Serf's form, and ours.
    static func write(_ keys: [String], to file: URL) throws {
        let text = "[\n" + keys.map { "  \"\($0)\"" }.joined(separator: ",\n") + "\n]"
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        guard
            FileManager.default.createFile(
                atPath: file.path,
                contents: Data(text.utf8),
                attributes: attributes
            )
        else { throw LineProcess.Failure(description: "cannot write \(file.path)") }
    }

    static func read(_ file: URL) -> [String] {
        (try? JSONDecoder().decode([String].self, from: Data(contentsOf: file))) ?? []
    }

    /// Runs `memberlist` to its end.
    @discardableResult
    static func tool(_ arguments: [String], input: String? = nil) async throws -> [String] {
        let process = try LineProcess(Programs.product("memberlist"), arguments)
        if let input { try process.write(input) }
        try process.closeInput()
        let code = try await process.waitForExit(within: .seconds(20))
        guard code == 0 else {
            throw LineProcess.Failure(description: "\(arguments) ended with \(code): \(process.errorLines)")
        }
        return process.outputLines
    }
}

/// What changes a ring, in the words of both programs.
enum KeyStep: String, Sendable, CaseIterable {
    case install, use, remove

    /// Whether a ring, its primary first, is as it is to be after the step.
    func isDone(_ key: String, in ring: [String]) -> Bool {
        switch self {
        case .install: ring.contains(key)
        case .use: ring.first == key
        case .remove: !ring.isEmpty && !ring.contains(key)
        }
    }
}

/// One of our agents with a keyring file of its own, changed as an operator does: by the tool, then SIGHUP.
struct KeyringAgent: Sendable {
    let name: String
    let file: URL
    let agent: EventProcess

    init(_ name: String, keys: [TestKey], in folder: URL, join: [String] = []) throws {
        self.name = name
        file = folder.appendingPathComponent("\(name).json")
        try TestKey.write(keys.map(\.base64), to: file)
        agent = try ClusterShape().swiftNode(
            name,
            join: join,
            profile: "local",
            extra: SerfTests.serfVersions + ["--keyring", file.path]
        )
    }

    var log: [String] { agent.process.errorLines }

    /// Until the agent says that it has the keys which the file then holds.
    func change(_ step: KeyStep, _ key: TestKey) async throws {
        switch step {
        case .install: try await TestKey.tool(["keyring", "add", file.path], input: key.base64)
        case .use: try await TestKey.tool(["keyring", "use", file.path, key.id])
        case .remove: try await TestKey.tool(["keyring", "remove", file.path, key.id])
        }
        let start = agent.process.outputLines.count
        agent.process.signal(SIGHUP)
        try await agent.wait("the keyring after \(step) of \(key.id)", from: start) { event -> Bool? in
            guard event.event == "keyring", let keys = event.keys else { return nil }
            return step.isDone(key.id, in: keys) ? true : nil
        }
    }

    /// Until a ping is answered: on a busy machine one may come too late.
    func reaches(_ peer: String, within limit: Duration = .seconds(20)) async throws {
        try await poll("an answer of \(peer) to \(name)", within: limit) {
            let answer = try await ask(#""command":"ping","name":"\#(peer)""#)
            return answer.event == "result"
        }
    }

    /// What each key is used for, as the agent tells.
    func usage() async throws -> [AgentEvent.KeyUse] {
        try await ask(#""command":"keys""#).usage ?? []
    }

    func ask(_ fields: String) async throws -> AgentEvent {
        let id = Int.random(in: 1...Int(Int32.max))
        let start = agent.process.outputLines.count
        try agent.command(#"{\#(fields),"id":\#(id)}"#)
        return try await agent.wait("the answer to \(fields)", from: start) { $0.id == id ? $0 : nil }
    }
}

/// Two Serf agents and two of ours in one cluster, each with a keyring file.
struct RotatingCluster: Sendable {
    let folder: URL
    let serf: [SerfNode]
    let serfFiles: [URL]
    let ours: [KeyringAgent]

    static let names = ["serf-1", "serf-2", "ours-1", "ours-2"]

    init(_ key: TestKey, in folder: URL) async throws {
        self.folder = folder
        serfFiles = ["serf-1", "serf-2"].map { folder.appendingPathComponent("\($0).json") }
        for file in serfFiles { try TestKey.write([key.base64], to: file) }
        func flags(_ file: URL) -> [String] {
            ["-keyring-file=\(file.path)", "-log-level=debug"]
        }
        let first = try SerfNode("serf-1", keys: flags(serfFiles[0]))
        try await first.waitForStatus("alive", of: "serf-1", within: .seconds(20))
        let second = try SerfNode("serf-2", keys: flags(serfFiles[1]), join: first.address)
        serf = [first, second]
        ours = try ["ours-1", "ours-2"].map { name in
            try KeyringAgent(name, keys: [key], in: folder, join: [first.address])
        }
        try await isWhole()
    }

    /// All nodes, by who turns them: Serf's all at once, ours one by one.
    enum Party: Int, Sendable, CaseIterable {
        case serf, ours1, ours2
    }

    /// One step at one party; returns once it has taken effect there.
    ///
    /// Serf's command waits for answers of our nodes too, which do not speak Serf's queries: it is let go on meanwhile.
    /// The query is gossiped to a few members at random, and our nodes do not pass it on: it may miss a Serf agent, and
    /// is asked again then.
    @discardableResult
    func change(_ step: KeyStep, _ key: TestKey, at party: Party) async throws -> LineProcess? {
        guard party == .serf else {
            try await ours[party.rawValue - 1].change(step, key)
            return nil
        }
        for attempt in 1...Self.attempts {
            let command = try serf[0].start(["keys", "-\(step)=\(key.base64)"])
            do {
                try await poll("\(step) at Serf", within: .seconds(attempt < Self.attempts ? 4 : 20)) {
                    serfFiles.map(TestKey.read).allSatisfy { step.isDone(key.base64, in: $0) }
                }
                return command
            } catch  where attempt < Self.attempts {}
        }
        return nil
    }

    /// What goes by Serf's gossip may miss a member; so often it is sent.
    private static let attempts = 5

    /// Every two speak with each other: ours by pings and their acks, Serf's by an event of Serf's own.
    func allTalk(_ mark: String) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in ours {
                for name in Self.names where name != node.name {
                    group.addTask { try await node.reaches(name) }
                }
            }
            for (from, to) in [(0, 1), (1, 0)] {
                group.addTask { try await serfTells(mark, from: serf[from], to: serf[to]) }
            }
            try await group.waitForAll()
        }
    }

    private func serfTells(_ mark: String, from sender: SerfNode, to receiver: SerfNode) async throws {
        for attempt in 1...Self.attempts {
            let event = "\(mark)-by-\(sender.process.pid)-\(attempt)"
            _ = try await sender.run("event", "-coalesce=false", event)
            do {
                let limit = Duration.seconds(attempt < Self.attempts ? 2 : 20)
                return try await receiver.process.waitForLine("event \(event)", within: limit) {
                    $0.hasSuffix("Received event: user-event: \(event)") ? () : nil
                }
            } catch  where attempt < Self.attempts {}
        }
    }

    /// Until all four live for all of ours and for Serf.
    func isWhole(within limit: Duration = .seconds(60)) async throws {
        for node in ours {
            try await poll("four members at \(node.name)", within: limit) {
                let members = try await node.members()
                return Self.names.allSatisfy { members[$0] == "alive" }
            }
        }
        for node in serf {
            for name in Self.names { try await node.waitForStatus("alive", of: name, within: limit) }
        }
    }

    /// The lines in which anybody says that somebody does not answer, or cannot be read.
    var complaints: [String] {
        let bad = [
            "member suspected", "member failed", "refuted what", "not on this ring", "no key of this ring",
            "datagram refused", "stream refused",
        ]
        let serfs = ["Suspect ", "Marking ", "Refuting ", "EventMemberFailed", "decrypt", "Decrypt"]
        return ours.flatMap { node in node.log.filter { line in bad.contains { line.contains($0) } } }
            + serf.flatMap { node in
                node.process.outputLines.filter { line in serfs.contains { line.contains($0) } }
            }
    }

    func end() async throws {
        for node in ours { try await node.agent.process.end() }
        for node in serf { try await node.process.end() }
    }
}

extension KeyringAgent {
    /// The state of each member, by its name.
    func members() async throws -> [String: String] {
        let rows = try await ask(#""command":"members""#).members ?? []
        return Dictionary(rows.map { ($0.name, $0.state) }) { first, _ in first }
    }

    /// The first line of the log that has all these words, and how many there are.
    func waitForLog(_ words: String..., within limit: Duration = .seconds(30)) async throws {
        try await poll("'\(words.joined(separator: " … "))' in the log of \(name)", within: limit) {
            count(words) > 0
        }
    }

    func count(_ words: [String]) -> Int {
        log.count { line in words.allSatisfy { line.contains($0) } }
    }
}
