import Foundation
import Testing

/// What the documents name is there.
@Suite struct DocumentTests {
    /// `SECURITY.md` shows each promise by a test: one that was renamed or removed shows nothing.
    @Test func everyTestThatShowsAPromiseIsThere() throws {
        let text = try String(
            contentsOf: SourceTree.top.appendingPathComponent("SECURITY.md"),
            encoding: .utf8
        )
        let named = text.matches(of: /`(\w+Tests(?:\.\w+)*)`/).map { String($0.output.1) }
        #expect(named.count > 50, "tests were not found: has the page changed its form?")
        let declared = try declaredNames()
        for name in Set(named).sorted() {
            for part in name.split(separator: ".") where !declared.contains(String(part)) {
                Issue.record("SECURITY.md names \(name), and there is no \(part)")
            }
        }
    }

    /// The groups in which the tests run are named one by one: a target that is in none would never run.
    @Test func everyTestTargetIsRun() throws {
        let text = try String(
            contentsOf: SourceTree.top.appendingPathComponent("Scripts/test"),
            encoding: .utf8
        )
        let groups = text.components(separatedBy: "\n").filter { $0.hasPrefix("run ") }.joined()
        let targets = Set(
            try SourceTree.files(below: "Tests").compactMap { file -> String? in
                let parts = file.path.split(separator: "/")
                return parts.count > 2 && parts[1].hasSuffix("Tests") ? String(parts[1]) : nil
            }
        )
        #expect(targets.count >= 10, "targets were not found: has the folder changed its form?")
        for target in targets.sorted() where !groups.contains(target) {
            Issue.record("Scripts/test runs no \(target)")
        }
    }

    /// Names of the test targets, and of all types and functions in them.
    private func declaredNames() throws -> Set<String> {
        var names: Set<String> = []
        for file in try SourceTree.files(below: "Tests") {
            names.formUnion(file.path.split(separator: "/").dropLast().map(String.init))
            for line in file.code {
                for match in line.matches(of: /\b(?:struct|class|enum|extension|func)\s+(\w+)/) {
                    names.insert(String(match.output.1))
                }
            }
        }
        return names
    }
}
