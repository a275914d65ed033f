import Foundation
import Testing

/// `PARITY.md` names everything that HashiCorp's memberlist offers, and its links lead to tests that exist.
@Suite struct ParityTests {
    /// A name that HashiCorp's package exports: a type, a function or a constant, or one of a type's.
    struct Name: Hashable {
        let owner: String?
        let name: String

        init(_ text: some StringProtocol) {
            let parts = text.filter { !"()".contains($0) }.split(separator: ".")
            owner = parts.count > 1 ? String(parts[0]) : nil
            name = parts.last.map { String($0) } ?? ""
        }
    }

    /// All of memberlist 0.5.0; `MemberlistNamesTests` compares the list with its source.
    static func exported() throws -> [Name] {
        let file = SourceTree.top.appendingPathComponent("Tests/Peers/memberlist-names.txt")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { Name($0) }
    }

    struct Row {
        /// The types that its section says it is about.
        let owners: [String]
        /// The first cell.
        let title: String
        /// The same where HashiCorp's names stand there.
        let hashicorp: String
        let links: [(name: String, file: String)]

        var names: [Name] { hashicorp.matches(of: /`([^`]+)`/).map { Name($0.1) } }

        /// Whether one of its names is that one.
        func covers(_ name: Name) -> Bool { names.contains { isFor($0, name) } }

        private func isFor(_ written: Name, _ name: Name) -> Bool {
            if written.name == "*" {
                return written.owner == name.owner || (name.owner == nil && name.name == written.owner)
            }
            if written == name { return true }
            guard written.owner == nil, let owner = name.owner else { return false }
            return written.name == name.name && owners.contains(owner)
        }
    }

    /// Types whose methods are those of the protocol that they conform to.
    private static let conforming = ["Transport": ["NetTransport", "MockTransport"]]

    static func rows() throws -> [Row] {
        let text = try String(contentsOf: SourceTree.top.appendingPathComponent("PARITY.md"), encoding: .utf8)
        var rows: [Row] = []
        var owners: [String] = []
        // Of a section that is about nothing of HashiCorp's.
        var isOurs = false
        for line in text.components(separatedBy: "\n") {
            if line.hasPrefix("## ") { (owners, isOurs) = ([], line.hasPrefix("## Beyond")) }
            if line.hasPrefix("Of `") {
                owners = line.matches(of: /`(\w+)`/).map { String($0.1) }
                owners += owners.flatMap { conforming[$0] ?? [] }
            }
            guard line.hasPrefix("| `") else { continue }
            let cells = line.components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let link = /\[`?(\w+)(?:\(\))?`?\]\(([^)]+)\)/
            rows.append(
                Row(
                    owners: owners,
                    title: cells[1],
                    hashicorp: isOurs ? "" : cells[1],
                    links: (cells.dropLast().last ?? "").matches(of: link).map {
                        (String($0.1), String($0.2))
                    }
                )
            )
        }
        return rows
    }

    @Test func everyRowLeadsToATestThatExists() throws {
        let rows = try Self.rows()
        #expect(rows.count > 60, "rows were not found: has the table changed its form?")
        for row in rows {
            #expect(!row.links.isEmpty, "\(row.title) names no test")
            for link in row.links {
                let file = SourceTree.top.appendingPathComponent(link.file)
                let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
                #expect(
                    Self.isTest(link.name, in: text),
                    "\(row.title): no \(link.name) in \(link.file)"
                )
            }
        }
    }

    /// A function of that name with `@Test` since the last line that ends something.
    static func isTest(_ name: String, in text: String) -> Bool {
        guard let place = text.range(of: "func \(name)(") else { return false }
        let before = text[..<place.lowerBound]
        let start = before.range(of: "}\n", options: .backwards)?.upperBound ?? text.startIndex
        return before[start...].contains("@Test")
    }

    @Test func everythingOfHashiCorpsHasARow() throws {
        let (rows, exported) = (try Self.rows(), try Self.exported())
        #expect(exported.count > 200, "names were not found: has the list changed its form?")
        for name in exported where !rows.contains(where: { $0.covers(name) }) {
            Issue.record("PARITY.md has no row for \(name.owner.map { "\($0)." } ?? "")\(name.name)")
        }
    }

    /// A name that was written wrongly, or that another release has, is nobody's.
    @Test func whatStandsForHashiCorpsIsTheirs() throws {
        let exported = try Self.exported()
        for row in try Self.rows() {
            for name in row.names {
                let one = Row(
                    owners: row.owners,
                    title: "",
                    hashicorp: "`\(name.owner.map { "\($0)." } ?? "")\(name.name)`",
                    links: []
                )
                let isTheirs = exported.contains(where: one.covers)
                #expect(isTheirs, "memberlist has no \(name)")
            }
        }
    }

    /// Ours too, whether HashiCorp has it or not: the printed example has every one, and another test sees to that.
    @Test func everyKnobIsThere() throws {
        let page = try String(contentsOf: SourceTree.top.appendingPathComponent("PARITY.md"), encoding: .utf8)
        let example = SourceTree.top.appendingPathComponent("Fixtures/settings.yaml")
        var section = ""
        var knobs: [(section: String, name: String)] = []
        for line in try String(contentsOf: example, encoding: .utf8).components(separatedBy: "\n") {
            guard let knob = line.prefixMatch(of: /( *)(\w+):(.*)/) else { continue }
            if knob.1.isEmpty { section = knob.3.isEmpty ? String(knob.2) : "" }
            if !knob.3.isEmpty { knobs.append((section, String(knob.2))) }
        }
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }
            .map { row in Set(row.matches(of: /`([^`]+)`/).map { String($0.1) }) }
        #expect(knobs.count > 50, "knobs were not found: has the example changed its form?")
        // `join` is the agent's alone, and application's versions stand together.
        for (section, name) in knobs where name != "join" && section != "delegateVersions" {
            let path = section.isEmpty ? name : "\(section).\(name)"
            let isThere = rows.contains { row in
                guard !row.contains("configuration.\(path)"), !row.contains(".\(path)") else { return true }
                // In a row that names its section before.
                return !section.isEmpty && row.contains(".\(name)")
                    && row.contains { $0.hasPrefix("configuration.\(section).") }
            }
            #expect(isThere, "PARITY.md has no row for \(path)")
        }
    }

    /// What broke memberlist's users, by the number that this project gives it, is tried by a test that says so. The
    /// formatter may put the name on a line of its own.
    @Test(arguments: 1...38) func aTestNamesTheTrap(number: Int) throws {
        let tests = try SourceTree.files(below: "Tests")
        #expect(
            tests.contains { file in
                file.lines.contains { $0.contains("\"Trap \(number): ") }
            },
            "no test's name begins with \"Trap \(number): \""
        )
    }
}
