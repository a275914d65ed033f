import Foundation
import Memberlist
import ProcessSupport
import Testing

/// `memberlist keyring`, as a person and a script use it.
@Suite struct KeyringCommandTests {
    private struct Place {
        let folder: URL
        var path: String { folder.appendingPathComponent("k").path }
        var file: KeyringFile { KeyringFile(path: path) }

        /// A key's text, in a file of its own.
        func write(_ text: String, mode: Int = 0o600, to name: String = "key") throws -> String {
            let path = folder.appendingPathComponent(name).path
            let attributes: [FileAttributeKey: Any] = [.posixPermissions: mode]
            #expect(
                FileManager.default.createFile(
                    atPath: path,
                    contents: Data(text.utf8),
                    attributes: attributes
                )
            )
            return path
        }
    }

    private static func withPlace(_ keys: Int = 1, _ body: (Place) throws -> Void) throws {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let place = Place(folder: folder)
        try place.file.create((0..<keys).map { _ in try SecretKey.random() })
        try body(place)
    }

    private static func key() throws -> String {
        try #require(try ToolRun(["keygen"]).outputLines.first)
    }

    @Test func aKeyIsAddedUsedAndTheOldOneRemoved() throws {
        try Self.withPlace { place in
            let (old, text) = (try place.file.read()[0], try Self.key())
            let key = try SecretKey(base64: text)
            let add = try ToolRun(["keyring", "add", place.path], input: text + "\n")
            #expect(add.code == 0 && add.outputLines == ["\(key.id)"], "\(add.errors)")
            #expect(try place.file.read() == [old, key])
            let again = try ToolRun(["keyring", "add", place.path, "--from", try place.write(text)])
            #expect(again.code == 0 && again.outputLines == ["\(key.id)"] && again.errors.contains("before"))
            let use = try ToolRun(["keyring", "use", place.path, "\(key.id)"])
            #expect(use.code == 0 && use.output.isEmpty && use.errors.contains("\(key.id) is the primary"))
            #expect(try place.file.read() == [key, old])
            let remove = try ToolRun(["keyring", "remove", place.path, "\(old.id)"])
            #expect(remove.code == 0 && remove.errors.contains("removed \(old.id)"))
            #expect(try place.file.read() == [key])
            for run in [add, again, use, remove] { #expect(!(run.output + run.errors).contains(text)) }
        }
    }

    @Test(arguments: [
        ([], 32, false), (["--promote"], 32, true), (["--bytes", "16", "--promote"], 16, true),
    ])
    func aRotationMakesANewKey(flags: [String], bytes: Int, promoted: Bool) throws {
        try Self.withPlace { place in
            let old = try place.file.read()[0]
            let run = try ToolRun(["keyring", "rotate", place.path] + flags)
            let keys = try place.file.read()
            let new = try #require(keys.first { $0 != old })
            #expect(run.code == 0 && run.outputLines == ["\(new.id)"], "\(run.errors)")
            #expect(keys == (promoted ? [new, old] : [old, new]) && new.byteCount == bytes)
        }
    }

    @Test func theListShowsIdsRolesAndDatesAndNoKey() throws {
        try Self.withPlace(2) { place in
            let keys = try place.file.read()
            let text = try ToolRun(["keyring", "list", place.path])
            #expect(text.code == 0 && text.errors.isEmpty)
            #expect(text.outputLines.first == "id                role       bytes  added")
            let day = String(Date().formatted(.iso8601).prefix(10))
            #expect(text.outputLines[1].hasPrefix("\(keys[0].id)  primary    32     \(day)T"))
            #expect(text.outputLines[2].hasPrefix("\(keys[1].id)  secondary  32     \(day)T"))
            try FileManager.default.removeItem(atPath: place.path + ".dates")
            #expect(try ToolRun(["keyring", "list", place.path]).outputLines[1].hasSuffix("32     -"))
            let json = try ToolRun(["keyring", "list", place.path, "--json"])
            let rows = keys.enumerated().map { index, key in
                #"{"bytes":32,"id":"\#(key.id)","role":"\#(index == 0 ? "primary" : "secondary")"}"#
            }
            #expect(json.outputLines == [#"{"keys":[\#(rows.joined(separator: ","))]}"#])
        }
    }

    @Test func whatARingDoesNotAllowIsRefusedInOneLine() throws {
        try Self.withPlace { place in
            let only = "\(try place.file.read()[0].id)"
            let stranger = "0123456789abcdef"
            let cases = [
                (["remove", place.path, only], "only key"),
                (["remove", place.path, stranger], "not on the keyring"),
                (["use", place.path, stranger], "not on the keyring"),
                (["use", "/nonexistent", stranger], "keygen"),
                (["list", "/"], "regular file"),
                (["add", place.path, "--from", try place.write("x", mode: 0o644)], "chmod 600"),
                (["add", place.path, "--from", try place.write("hunter2", to: "text")], "base64"),
            ]
            for (arguments, word) in cases {
                let run = try ToolRun(["keyring"] + arguments)
                #expect(run.code == 1 && run.output.isEmpty && run.errorLines.count == 1, "\(run.errors)")
                #expect(run.errors.contains(word) && !run.errors.contains("hunter2"), "\(run.errors)")
            }
            try ToolRun(["keyring", "rotate", place.path]).expectSuccess()
            let primary = try ToolRun(["keyring", "remove", place.path, only])
            #expect(primary.code == 1 && primary.errors.contains("primary key cannot be removed"))
            #expect(try place.file.read().count == 2)
        }
    }

    @Test func aKeyAsAnArgumentIsRefusedAndNotSaidAgain() throws {
        try Self.withPlace { place in
            let text = try Self.key()
            for arguments in [
                ["add", place.path, text], ["use", place.path, text], ["add", place.path, "--key", text],
            ] {
                let run = try ToolRun(["keyring"] + arguments)
                #expect(
                    run.code == 2 && run.output.isEmpty && !run.errors.contains(text.dropLast(2)),
                    "\(run.errors)"
                )
            }
            #expect(try place.file.read().count == 1)
        }
    }

    @Test(arguments: [
        [], ["list"], ["use", "k"], ["use", "k", "1"], ["rotate", "k", "--bytes", "17"], ["sing", "k"],
    ])
    func whatMakesNoSenseIsUsage(arguments: [String]) throws {
        let run = try ToolRun(["keyring"] + arguments)
        #expect(run.code == 2 && run.output.isEmpty && run.errorLines.count == 1, "\(run.errors)")
    }

    @Test func helpGivesTheSafeOrder() throws {
        let run = try ToolRun(["keyring", "--help"])
        for word in ["add FILE", "use FILE ID", "remove FILE ID", "kill -HUP"] {
            #expect(run.output.contains(word))
        }
        for command in ["list", "add", "use", "remove", "rotate"] {
            try ToolRun(["keyring", command, "--help"]).expectSuccess()
        }
    }

    @Test func aWriterThatDoesNotEndIsNamed() throws {
        try Self.withPlace(2) { place in
            let keys = try place.file.read()
            let descriptor = open(place.folder.path, O_RDONLY)
            defer { close(descriptor) }
            #expect(flock(descriptor, LOCK_EX) == 0)
            let run = try ToolRun(["keyring", "use", place.path, "\(keys[1].id)"])
            #expect(run.code == 1 && run.errors.contains("wait for it"), "\(run.errors)")
            #expect(try place.file.read() == keys)
        }
    }
}

extension ToolRun {
    fileprivate func expectSuccess() {
        #expect(code == 0 && !output.isEmpty, "\(errors)")
    }
}
