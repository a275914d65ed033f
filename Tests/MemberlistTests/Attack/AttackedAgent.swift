import Foundation
import Memberlist
import ProcessSupport
import Testing

/// An agent under attack, in a process of its own so that its memory is its own, and a member that it must go on
/// probing, and be probed by, meanwhile.
///
/// They run at the pace of `--profile wan`: a busy machine that delays a test delays no probe by three seconds.
struct AttackedAgent {
    let target: EventProcess
    let witness: EventProcess
    let port: Int
    let key: SecretKey?

    static let keyBytes = [UInt8](1...32)

    init(encrypted: Bool = true) async throws {
        key = encrypted ? try SecretKey(bytes: Self.keyBytes) : nil
        target = try Self.start("target", encrypted: encrypted, ["--log-level", "debug"])
        let address = try await target.ready()
        port = try #require(address.split(separator: ":").last.flatMap { Int($0) })
        witness = try Self.start("witness", encrypted: encrypted, ["--join", address])
        try await target.wait("join", "witness")
        try await witness.wait("join", "target")
    }

    private static func start(_ name: String, encrypted: Bool, _ flags: [String]) throws -> EventProcess {
        let key = Data(keyBytes).base64EncodedString()
        return try EventProcess(
            Programs.product("memberlist"),
            ["agent", "--name", name, "--bind", "127.0.0.1:0", "--format", "json", "--commands"]
                + ["--profile", "wan"] + flags,
            environment: encrypted ? ["MEMBERLIST_ENCRYPT": key] : [:]
        )
    }

    /// Attacks, and checks all that must hold meanwhile and thereafter.
    ///
    /// - Parameter losesPings: Whether the attack fills the datagram port itself: then a ping may be lost in it,
    ///   and a probe takes a stream.
    func endures(losesPings: Bool = false, _ attack: () async throws -> Void) async throws {
        let before = try memory()
        let logged = loggedBytes
        let clock = ContinuousClock()
        let start = clock.now
        let pings = Task { try await pingUntilCancelled() }
        do {
            try await attack()
        } catch {
            pings.cancel()
            throw error
        }
        pings.cancel()
        let (asked, answered) = try await pings.value
        #expect(losesPings || (answered > 0 && answered == asked), "\(answered) of \(asked) pings")
        // Whatever was lost in the attack, the next is answered.
        try await poll("an answered ping", within: .seconds(60)) { try await ping(asked + 1) }

        let growth = try memory().peak - before.resident
        #expect(growth < 64 * 1024 * 1024, "the target took \(growth >> 20) MiB")
        let seconds = Int((clock.now - start).components.seconds) + 2
        #expect(loggedBytes - logged <= seconds * 10_240)
        try await anotherJoins()
        for process in [target, witness] {
            #expect(process.events.allSatisfy { $0.event != "leave" || $0.name == "late" })
            let doubts = process.process.errorLines.filter {
                $0.contains("probe failed") || $0.contains("suspected")
            }
            #expect(doubts.isEmpty, "\(doubts)")
        }
        let figures =
            "peak +\(growth >> 10) KiB in \(clock.now - start), \(answered) of \(asked) pings answered"
        print("attack: \(figures)")
    }

    func end() async throws {
        try await witness.process.end()
        try await target.process.end()
    }

    private func anotherJoins() async throws {
        let late = try Self.start("late", encrypted: key != nil, ["--join", "127.0.0.1:\(port)"])
        try await late.wait("join", "target", within: .seconds(60))
        late.process.signal(SIGTERM)
        _ = try await late.process.waitForExit(within: .seconds(60))
    }

    /// The witness pings the target, one ping after another: three seconds for each.
    private func pingUntilCancelled() async throws -> (asked: Int, answered: Int) {
        var (count, answered) = (0, 0)
        while !Task.isCancelled {
            count += 1
            answered += try await ping(count) ? 1 : 0
            try? await Task.sleep(for: .milliseconds(200))
        }
        return (count, answered)
    }

    /// Whether the target answers one in time. Each has a number of its own; the last may be asked again.
    private func ping(_ id: Int) async throws -> Bool {
        let start = witness.process.outputLines.count
        try witness.command(#"{"command":"ping","name":"target","id":\#(id)}"#)
        return try await witness.wait("the answer to ping \(id)", within: .seconds(60), from: start) {
            $0.id == id ? $0.ok ?? false : nil
        }
    }

    private var loggedBytes: Int { target.process.errorLines.reduce(0) { $0 + $1.utf8.count + 1 } }

    /// Bytes of the target's memory: now, and the most since this was last asked.
    private func memory() throws -> (resident: Int, peak: Int) {
        let folder = "/proc/\(target.process.pid)"
        let status = try String(contentsOfFile: "\(folder)/status", encoding: .utf8)
        func kibibytes(_ field: String) throws -> Int {
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("\(field):") })
            return try #require(line.split { !$0.isNumber }.first.flatMap { Int($0) }) * 1_024
        }
        // Starts the peak anew.
        try "5".write(toFile: "\(folder)/clear_refs", atomically: false, encoding: .utf8)
        return (try kibibytes("VmRSS"), try kibibytes("VmHWM"))
    }
}
