import Foundation
import ProcessSupport

/// An agent with `--format json --commands`, and its events as dictionaries, for what is said to the letter.
struct RunningAgent {
    let name: String
    let process: LineProcess

    init(_ name: String, _ flags: [String] = [], environment: [String: String] = [:]) throws {
        self.name = name
        let bind = flags.contains("--bind") ? [] : ["--bind", "127.0.0.1:0"]
        let arguments = ["agent", "--name", name, "--format", "json", "--commands", "--profile", "local"]
        process = try LineProcess(
            try Programs.product("memberlist"),
            arguments + bind + flags,
            environment: environment
        )
    }

    static func event(_ line: String) -> JSONObject? {
        guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
            object["event"] is String
        else { return nil }
        return JSONObject(
            line: line,
            texts: object.compactMapValues { $0 as? String },
            keys: Set(object.keys)
        )
    }

    var events: [JSONObject] { process.outputLines.compactMap(Self.event) }

    func address() async throws -> String {
        try await wait("ready")["address"] ?? ""
    }

    /// The first event of that kind that has these texts.
    @discardableResult
    func wait(
        _ event: String,
        _ texts: [String: String] = [:],
        within limit: Duration = .seconds(60)
    ) async throws -> JSONObject {
        try await process.waitForLine("\(event) \(texts) at \(name)", within: limit) { line in
            Self.event(line).flatMap { found in
                found["event"] == event && texts.allSatisfy { found[$0.key] == $0.value } ? found : nil
            }
        }
    }

    /// Sends a command and waits for the event that carries its id.
    @discardableResult
    func ask(_ fields: String, within limit: Duration = .seconds(60)) async throws -> JSONObject {
        let id = UUID().uuidString
        try process.write(#"{\#(fields),"id":"\#(id)"}"#)
        return try await process.waitForLine("the answer to \(fields)", within: limit) { line in
            Self.event(line).flatMap { $0["id"] == id ? $0 : nil }
        }
    }
}

/// An event's line, the members of it that are texts, and all its keys.
struct JSONObject: Sendable {
    let line: String
    let texts: [String: String]
    let keys: Set<String>

    subscript(key: String) -> String? { texts[key] }
}
