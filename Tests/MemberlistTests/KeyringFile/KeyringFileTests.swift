import Foundation
import Memberlist
import Testing

@Suite struct KeyringFileTests {
    private static func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("keyring-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private static func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func whatIsWrittenIsReadInOrder() throws {
        try Self.withFolder { folder in
            let file = KeyringFile(path: folder.appendingPathComponent("k").path)
            let keys = try [16, 24, 32].map { try SecretKey.random(bytes: $0) }
            try file.create(keys)
            #expect(try file.read() == keys)
            #expect(throws: KeyringFileError.exists(path: file.path)) { try file.create(keys) }
            #expect(throws: KeyringFileError.empty(path: file.path)) { try file.replace(with: []) }
        }
    }

    @Test func aReplacedFileIsNewWholeAndPrivateAndNothingLiesBesideIt() throws {
        try Self.withFolder { folder in
            let path = folder.appendingPathComponent("k").path
            let link = folder.appendingPathComponent("link").path
            let keys = [try SecretKey.random(), try SecretKey.random()]
            try KeyringFile(path: path).create([keys[0]])
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
            try KeyringFile(path: link).replace(with: keys)
            #expect(try KeyringFile(path: path).read() == keys)
            #expect(try Self.mode(path) == 0o600)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                    "k", "k.dates", "link",
                ]
            )
        }
    }

    @Test func aFileThatCannotBeReplacedStaysAsItWas() throws {
        try Self.withFolder { folder in
            let occupied = folder.appendingPathComponent("folder")
            try FileManager.default.createDirectory(at: occupied, withIntermediateDirectories: true)
            #expect(throws: KeyringFileError.self) {
                try KeyringFile(path: occupied.path).replace(with: [try SecretKey.random()])
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["folder"])
        }
    }

    @Test(arguments: [0o604, 0o640, 0o620, 0o602, 0o644])
    func aFileThatOthersCanUseIsRefusedAndToldHowToMend(mode: Int) throws {
        try Self.withFolder { folder in
            let file = KeyringFile(path: folder.appendingPathComponent("k").path)
            try file.create([try SecretKey.random()])
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
            #expect(throws: KeyringFileError.openToOthers(path: file.path)) { try file.read() }
            #expect("\(KeyringFileError.openToOthers(path: "F"))".contains("chmod 600 F"))
        }
    }

    @Test(arguments: ["", "[", "[1]", "{}", "\"k\"", "[null]", String(repeating: "[", count: 100_000)])
    func whatIsNoArrayOfTextsIsRefused(text: String) throws {
        try Self.withFolder { folder in
            let file = KeyringFile(path: folder.appendingPathComponent("k").path)
            let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
            #expect(
                FileManager.default.createFile(
                    atPath: file.path,
                    contents: Data(text.utf8),
                    attributes: attributes
                )
            )
            #expect(throws: KeyringFileError.malformed(path: file.path)) { try file.read() }
        }
    }

    @Test func aFileLargerThanAnyKeyringIsNotReadToItsEnd() throws {
        try Self.withFolder { folder in
            let file = KeyringFile(path: folder.appendingPathComponent("k").path)
            let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
            #expect(
                FileManager.default.createFile(
                    atPath: file.path,
                    contents: Data(count: 2 << 20),
                    attributes: attributes
                )
            )
            #expect(throws: KeyringFileError.tooLarge(path: file.path)) { try file.read() }
        }
    }
}
