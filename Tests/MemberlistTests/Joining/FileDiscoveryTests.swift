import Foundation
import ProcessSupport
import Testing

@testable import Memberlist

@Suite(.timeLimit(.minutes(10)))
struct FileDiscoveryTests {
    private func withFile(_ body: (URL) async throws -> Void) async throws {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.appendingPathComponent("seeds"))
    }

    @Test(
        arguments: [
            ("", []), ("\n\n", []), ("# nobody\n", []), ("10.0.0.1", ["10.0.0.1"]),
            (
                "10.0.0.1:7946\r\n  web-1/seed.example  # the first\n\n[::1]:7946\n",
                [
                    "10.0.0.1:7946", "web-1/seed.example", "[::1]:7946",
                ]
            ),
            ("[::1]:7946\n", ["[::1]:7946"]), (" [] ", []),
            (
                #"["10.0.0.1:7946", "[::1]:1"]"#,
                [
                    "10.0.0.1:7946", "[::1]:1",
                ]
            ),
            ("[\n  \"a\"\n]\n", ["a"]),
        ] as [(String, [String])]
    )
    func reads(text: String, addresses: [String]) throws {
        #expect(try FileDiscovery.addresses(in: Array(text.utf8), path: "f") == addresses)
    }

    @Test(arguments: ["[\"a\"", "[\"a\", 1]", "[\"a\"] b", "[ \"a\nb\" ]"])
    func refusesWhatIsHalfAnArray(text: String) {
        #expect(throws: FileDiscoveryError.malformed(path: "f")) {
            try FileDiscovery.addresses(in: Array(text.utf8), path: "f")
        }
    }

    @Test func saysWhyAFileCannotBeRead() async throws {
        try await withFile { file in
            let discovery = FileDiscovery(path: file.path)
            await #expect(throws: FileDiscoveryError.self) { try await discovery.addresses() }
            let folder = file.deletingLastPathComponent().path
            let reason = FileDiscoveryError.unreadable(path: folder, reason: "it is no regular file")
            await #expect(throws: reason) { try await FileDiscovery(path: folder).addresses() }
            var bytes = Data("10.0.0.1:7946\n#".utf8)
            bytes.append(contentsOf: Array(repeating: UInt8(ascii: "."), count: 1_048_576 - bytes.count))
            try bytes.write(to: file)
            #expect(try await discovery.addresses() == ["10.0.0.1:7946"])
            bytes.append(UInt8(ascii: "."))
            try bytes.write(to: file)
            await #expect(throws: FileDiscoveryError.tooLarge(path: file.path)) {
                try await discovery.addresses()
            }
        }
    }

    @Test func aChangeIsNoticed() async throws {
        try await withFile { file in
            let discovery = FileDiscovery(path: file.path)
            func change(_ text: String, atomically: Bool) async throws {
                let waiting = Task { try await discovery.waitForChange() }
                try text.write(to: file, atomically: atomically, encoding: .utf8)
                try await within { try await waiting.value }
                #expect(try await discovery.addresses() == [text])
            }
            try await change("a", atomically: false)
            try await change("b", atomically: true)
            try await change("cc", atomically: false)
            let waiting = Task { try await discovery.waitForChange() }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
    }

    @Test func aNodeJoinsWhomTheFileNames() async throws {
        try await withFile { file in
            let seeker = local("a") {
                $0.discovery.sources = [FileDiscovery(path: file.path)]
                // The change, not the next look, is what brings it.
                $0.discovery.interval = .seconds(3_600)
            }
            let log = LogLines()
            try await withNodes([seeker, local("b"), local("c")], logs: [log]) { nodes in
                try await poll("a word on the file", within: .seconds(60)) {
                    !log.having("discovery failed", "cannot be read").isEmpty
                }
                try "not an address\n\(nodes[1].address)\n".write(to: file, atomically: true, encoding: .utf8)
                try await nodes[0].seesAlive(2)
                #expect(!log.having("leads nowhere", "not an address").isEmpty)
                try "[\"c/\(nodes[2].address)\"]".write(to: file, atomically: true, encoding: .utf8)
                try await nodes[0].seesAlive(3)
            }
        }
    }
}
