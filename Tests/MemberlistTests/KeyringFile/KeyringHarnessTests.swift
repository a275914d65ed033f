#if os(Linux)
import Foundation
import Memberlist
import MemberlistWire
import ProcessSupport
import Testing

/// What needs a process of its own: one that is killed, one whose disk refuses, one whose memory is read.
@Suite struct KeyringHarnessTests {
    @Test("Trap 27: a writer killed at any call leaves a whole file")
    func tenThousandKillsLoseNothing() async throws {
        let (workers, kills) = (2, 5_000)
        try await withThrowingTaskGroup(of: HarnessRun.self) { group in
            for _ in 0..<workers {
                group.addTask {
                    try await HarnessRun.withFolder { try await HarnessRun(["kill", $0, "\(kills)"]) }
                }
            }
            for try await run in group {
                #expect(run["kills"] == "\(kills)", "\(run.words)")
                for name in ["torn", "lost", "mode", "stuck", "litter"] {
                    #expect(run[name] == "0", "\(name): \(run.words)")
                }
                // Data to the disk, then the name, then the folder: a power failure loses as little as a kill.
                #expect(run["order"] == "1", "\(run.words)")
                // It was met before and after the one moment that counts, and at all of its calls.
                for name in ["old", "new"] { #expect(Int(run[name] ?? "0") ?? 0 > 500, "\(run.words)") }
                #expect(Int(run["rounds"] ?? "0") ?? 0 >= 6, "\(run.words)")
            }
        }
    }

    @Test("Trap 27: a full or read-only disk changes neither file nor ring")
    func aDiskThatRefusesChangesNeitherFileNorRing() async throws {
        let run = try await HarnessRun.withFolder { try await HarnessRun(["disk", $0]) }
        let words = [
            "full": "No_space_left", "readOnly": "Read-only_file_system", "failing": "Input/output_error",
        ]
        for (fault, word) in words {
            for change in ["add", "use", "remove"] {
                #expect(run["\(fault).\(change)"] == "kept", "\(run.words)")
                let error = run["\(fault).\(change).error"] ?? ""
                #expect(error.contains(word) && error.contains("/k:"), "\(run.words)")
            }
        }
    }

    @Test(arguments: [16, 24, 32])
    func aRemovedKeyIsNowhereInMemory(bytes: Int) async throws {
        let run = try await HarnessRun.withFolder { folder in
            let keyring = KeyringFile(path: folder + "/k")
            try keyring.create([try SecretKey.random(), try SecretKey.random(bytes: bytes)])
            let single = try SecretKey.random(bytes: bytes)
            var text = try SecretBuffer(capacity: single.base64Count + 1)
            single.appendBase64(to: &text)
            #expect(
                FileManager.default.createFile(
                    atPath: folder + "/single",
                    contents: text.withUnsafeBytes { Data($0) },
                    attributes: [.posixPermissions: 0o600]
                )
            )
            return try await HarnessRun(["memory", folder, "\(bytes)"])
        }
        for source in ["file", "single", "random"] {
            #expect(run["\(source).undumped"] == "yes", "\(run.words)")
            #expect(run["\(source).locked"] == "told", "\(run.words)")
            // The search can find: while the ring has the key, it does.
            #expect(Int(run["held.\(source).key"] ?? "0") ?? 0 >= bytes / 8, "\(run.words)")
            #expect(Int(run["held.\(source).native"] ?? "0") ?? 0 >= 4, "\(run.words)")
            #expect(run["held.\(source).base64"] == "0", "\(run.words)")
            for part in ["key", "native", "base64"] {
                #expect(run["removed.\(source).\(part)"] == "0", "\(run.words)")
            }
        }
    }
}
#endif
