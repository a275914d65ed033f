import Foundation
import Memberlist
import ProcessSupport
import Testing

@Suite struct KeygenTests {
    private static func keyBytes(_ line: String) -> Int? {
        Data(base64Encoded: line)?.count
    }

    @Test(arguments: [([], 32, 1), (["--bytes", "16"], 16, 1), (["--bytes", "24", "--count", "3"], 24, 3)])
    func keysComeOneALine(flags: [String], bytes: Int, count: Int) throws {
        let run = try ToolRun(["keygen"] + flags)
        #expect(run.code == 0)
        #expect(run.errors.isEmpty)
        #expect(run.outputLines.map(Self.keyBytes) == Array(repeating: bytes, count: count))
        #expect(Set(run.outputLines).count == count)
    }

    @Test(arguments: ["000", "022", "077", "0277"])
    func aKeyringFileIsItsOwnersWhateverTheUmask(umask: String) throws {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("keyring.json").path
        let run = try ToolRun(["keygen", "--count", "2", "--output", file], umask: umask)
        #expect(run.code == 0)
        #expect(run.output.isEmpty)
        #expect(run.errorLines == ["wrote 2 keys of 32 bytes, the first one primary, to \(file), mode 0600"])
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try KeyringFile(path: file).read().map(\.byteCount) == [32, 32])
    }

    @Test func nothingIsWrittenOver() throws {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("keyring.json")
        try Data("mine".utf8).write(to: file)
        let link = folder.appendingPathComponent("link")
        try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "nowhere")
        for path in [file.path, link.path] {
            let run = try ToolRun(["keygen", "--output", path])
            #expect(run.code == 1)
            #expect(run.errorLines.count == 1)
            #expect(run.errors.contains("\(path) exists"))
        }
        #expect(try Data(contentsOf: file) == Data("mine".utf8))
        #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("nowhere").path))
    }

    @Test(arguments: [
        ["--bytes", "17"], ["--bytes", "x"], ["--bytes"], ["--count", "0"], ["--count", "1000000"],
        ["--output", ""], ["--nonsense"], ["file"],
    ])
    func whatMakesNoSenseIsUsage(flags: [String]) throws {
        let run = try ToolRun(["keygen"] + flags)
        #expect(run.code == 2)
        #expect(run.output.isEmpty)
        #expect(run.errorLines.count == 1)
    }

    @Test func aFolderThatIsNotThereIsTheEnvironments() throws {
        let run = try ToolRun(["keygen", "--output", "/nonexistent/keyring.json"])
        #expect(run.code == 1)
        #expect(run.errorLines.count == 1)
    }

    @Test func helpAndVersionAreNoErrors() throws {
        for arguments in [["--help"], ["--version"], ["keygen", "--help"], ["agent", "--help"]] {
            let run = try ToolRun(arguments)
            #expect(run.code == 0)
            #expect(!run.output.isEmpty)
            #expect(run.errors.isEmpty)
        }
        #expect(try ToolRun([]).code == 2)
    }

    @Test func whatCanBeDoneIsSaidWhereNothingOfItIsAskedFor() throws {
        for arguments in [[], ["bogus"], ["bogus", "--name", "a"]] {
            let run = try ToolRun(arguments)
            #expect(run.code == 2)
            #expect(run.errorLines.count == 1)
            #expect(run.errors.contains("'keyring'") && !run.errors.contains("bogus"), "\(run.errors)")
        }
    }
}
