public import Foundation

/// Where the programs under test are.
public enum Programs {
    public static let packageTop = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The test's own environment, without what is said to the tests: no agent knows such variables.
    public static let environment = ProcessInfo.processInfo.environment.filter {
        !$0.key.hasPrefix("MEMBERLIST_")
    }

    /// A product of this package's, built beside the test that runs.
    public static func product(_ name: String) throws -> URL {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        let candidates = [
            bundle.deletingLastPathComponent(),
            packageTop.appendingPathComponent(".build/debug"),
        ]
        for folder in candidates {
            let file = folder.appendingPathComponent(name)
            if FileManager.default.isExecutableFile(atPath: file.path) { return file }
        }
        throw LineProcess.Failure(description: "there is no \(name) beside \(bundle.path)")
    }

    /// The folder of the peers that `Tests/Peers/fetch` brings.
    public static let peersFolder: URL = {
        if let named = ProcessInfo.processInfo.environment["MEMBERLIST_PEERS"], !named.isEmpty {
            return URL(fileURLWithPath: named, isDirectory: true)
        }
        return packageTop.appendingPathComponent(".peers", isDirectory: true)
    }()

    /// A peer program; nil where it was not fetched.
    public static func peer(_ name: String) -> URL? {
        let file = peersFolder.appendingPathComponent("bin/\(name)")
        return FileManager.default.isExecutableFile(atPath: file.path) ? file : nil
    }

    /// A fresh folder of the test's own.
    public static func temporaryFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("memberlist-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }
}
