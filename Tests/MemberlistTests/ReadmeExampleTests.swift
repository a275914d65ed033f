import Foundation
import Memberlist
import Testing

/// The README's example: that it compiles, and that it is the one below.
@Suite struct ReadmeExampleTests {
    /// Never run: it would need a keyring in its place.
    private func example() async throws {
        var configuration = MemberlistConfiguration.lan(name: "web-1")
        configuration.label = "production"
        configuration.keyringFile = KeyringFile(path: "/etc/cluster/keyring.json")
        configuration.meta = Array("role=web".utf8)

        let memberlist = try await Memberlist.create(configuration)
        let events = memberlist.events
        for result in await memberlist.join(["seed.example.org", "10.0.0.7:7946"]) where !result.succeeded {
            print("\(result.address): \(result.outcome)")
        }

        for await event in events {
            switch event {
            case .joined(let member): print("\(member.name) is at \(member.endpoint)")
            case .failed(let member, let evidence): print("\(member.name) failed: \(evidence)")
            case .left(let member): print("\(member.name) left")
            case .message(let payload, let sender): print("\(payload.count) bytes from \(sender)")
            default: break
            }
        }
    }

    @Test func theReadmeHasTheExampleThatCompiles() throws {
        let here = URL(fileURLWithPath: #filePath)
        let top = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let readme = try String(contentsOf: top.appendingPathComponent("README.md"), encoding: .utf8)
        let block = try #require(readme.components(separatedBy: "```swift\n").dropFirst().first)
        let example = try #require(block.components(separatedBy: "```").first)
        let source = try String(contentsOf: here, encoding: .utf8)
        let compiled = Set(source.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
        let lines = example.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        #expect(lines.count > 10)
        for line in lines where line != "import Memberlist" {
            #expect(compiled.contains(line))
        }
    }
}
