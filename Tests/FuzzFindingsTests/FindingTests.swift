import Foundation
import FuzzTargets
import Testing

/// What the fuzzer once found, and what it starts from, run as any test is.
@Suite struct FindingTests {
    /// One folder a target, beside this one.
    private static let findings = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("FuzzFindings", isDirectory: true)

    private static func names(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasPrefix(".") }
            .sorted()
    }

    @Test(arguments: FuzzTarget.all.map(\.name))
    func whatWasFoundStaysFixed(name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        let folder = Self.findings.appendingPathComponent(name, isDirectory: true)
        let files = try Self.names(in: folder)
        #expect(!files.isEmpty, "\(name) has no finding, and each was seen to find something")
        for file in files {
            let bytes = try Data(contentsOf: folder.appendingPathComponent(file))
            do {
                try target.run(Array(bytes))
            } catch {
                Issue.record("\(name)/\(file): \(error)")
            }
        }
    }

    @Test(arguments: FuzzTarget.all.map(\.name))
    func theSeedsBreakNoRule(name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        let seeds = try target.seeds()
        #expect(seeds.count >= 10, "\(name) has \(seeds.count) seeds: where are the fixtures?")
        for (index, seed) in seeds.enumerated() {
            do {
                try target.run(seed)
            } catch {
                Issue.record("\(name), seed \(index): \(error)")
            }
        }
    }

    @Test func everyFolderIsATargets() throws {
        let folders = try Self.names(in: Self.findings)
        #expect(folders == FuzzTarget.all.map(\.name).sorted())
    }
}
