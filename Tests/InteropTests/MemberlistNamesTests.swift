import Foundation
import ProcessSupport
import Testing

/// The list of names that `PARITY.md` is held to is what HashiCorp's source exports.
@Suite struct MemberlistNamesTests {
    @Test func theListIsTheSources() async throws {
        let source = "libraries/usr/share/gocode/src/github.com/hashicorp/memberlist"
        let program = try LineProcess(
            Peers.require("gonames"),
            [Programs.peersFolder.appendingPathComponent(source).path]
        )
        #expect(try await program.waitForExit(within: .seconds(60)) == 0)
        let list = Programs.packageTop.appendingPathComponent("Tests/Peers/memberlist-names.txt")
        let names = try String(contentsOf: list, encoding: .utf8).split(separator: "\n").map { String($0) }
        #expect(names == program.outputLines)
    }
}
