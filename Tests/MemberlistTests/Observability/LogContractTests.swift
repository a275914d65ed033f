import Foundation
import Logging
import ProcessSupport
import Testing

@testable import Memberlist

/// Every line is structured, none above debug comes with each datagram, and a flood writes little.
@Suite(.timeLimit(.minutes(10)))
struct LogContractTests {
    /// Each kind's lines together, each as long as a peer can make it.
    @Test func aFloodOfEveryKindStaysBelowTenKilobytesASecond() async throws {
        let lines = LogLines()
        let log = NodeLog(lines.logger)
        let word = String(repeating: "x", count: 60_000)
        let start = ContinuousClock.now
        for _ in 0..<2_000 {
            for kind in NodeLog.Kind.allCases {
                log.warning(kind, "a line of \(kind)", ["peer": word, "says": word])
            }
        }
        let seconds = Int((ContinuousClock.now - start).components.seconds) + 2
        let bytes = lines.all.reduce(0) { $0 + $1.utf8.count + 1 }
        #expect(bytes <= seconds * Limits.logBytes)
        // No kind is shut out by the others.
        for kind in NodeLog.Kind.allCases { #expect(!lines.having("a line of \(kind) ").isEmpty, "\(kind)") }
    }

    /// A node that is flooded with datagrams writes nothing about them at info.
    @Test func aDatagramIsNotWorthALine() async throws {
        let lines = LogLines()
        var logger = lines.logger
        logger.logLevel = .info
        let node = try await Memberlist.create(local("a"), logger: logger)
        let before = lines.all.count
        let socket = try PlainSocket(port: Int(node.localMember.endpoint.port))
        await socket.flood(2_000) { [UInt8(truncatingIfNeeded: $0), 1, 2, 3] }
        try await withNodes([local("b")]) { nodes in
            #expect(await node.join([nodes[0].address]).allSatisfy(\.succeeded))
            try await node.isAnswered(by: "b")
        }
        let told = lines.all.dropFirst(before).filter {
            !$0.contains("member ") && !$0.contains("probe")
        }
        #expect(told.count <= 2 * Limits.logLines, "\(told)")
        await node.shutdown()
    }

    /// What a line is about stands in its metadata: no message is put together from values.
    @Test func noMessageIsPutTogether() throws {
        let folder = Programs.packageTop.appendingPathComponent("Sources/Memberlist")
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        var calls = 0
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for call in text.split(separator: "log.").dropFirst() {
                guard let kind = ["debug(", "info(", "warning("].first(where: { call.hasPrefix($0) }),
                    let open = call.dropFirst(kind.count).firstIndex(of: "\"")
                else { continue }
                calls += 1
                let message = call[call.index(after: open)...].prefix { $0 != "\"" }
                #expect(!message.contains("\\("), "\(file.lastPathComponent): \(message)")
            }
        }
        #expect(calls > 20)
    }
}
