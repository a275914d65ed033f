import Foundation
import ProcessSupport
import Synchronization
import Testing

@testable import Memberlist

#if canImport(Glibc)
import Glibc
#endif

@Suite struct KeyringChangeTests {
    private static func withFile(_ keys: Int = 2, _ body: (KeyringFile, URL) throws -> Void) throws {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = KeyringFile(path: folder.appendingPathComponent("k").path)
        if keys > 0 { try file.create((0..<keys).map { _ in try SecretKey.random() }) }
        try body(file, folder)
    }

    private static func names(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test func keysAreAddedUsedRemovedAndRotated() throws {
        try Self.withFile { file, _ in
            let (keys, new) = (try file.read(), try SecretKey.random(bytes: 16))
            #expect(try file.add(new) == keys + [new])
            #expect(try file.add(new) == keys + [new])
            #expect(try file.use(new.id) == [new] + keys)
            #expect(try file.remove(keys[0].id) == [new, keys[1]])
            let (third, fourth) = (try SecretKey.random(), try SecretKey.random())
            #expect(try file.rotate(to: third, promote: false) == [new, keys[1], third])
            #expect(try file.rotate(to: fourth, promote: true) == [fourth, new, keys[1], third])
            #expect(try file.read() == [fourth, new, keys[1], third])
        }
    }

    @Test func whatARingDoesNotAllowIsRefusedAndNothingIsWritten() throws {
        try Self.withFile { file, _ in
            let (keys, bytes) = (try file.read(), try Data(contentsOf: URL(fileURLWithPath: file.path)))
            let stranger = try SecretKey.random().id
            let refusals: [(KeyError, () throws -> Void)] = [
                (.primaryCannotBeRemoved, { try file.remove(keys[0].id) }),
                (.unknownKey, { try file.remove(stranger) }),
                (.unknownKey, { try file.use(stranger) }),
            ]
            for (reason, change) in refusals {
                #expect(throws: KeyringFileError.refused(path: file.path, reason: reason)) { try change() }
            }
            #expect(throws: KeyringFileError.empty(path: file.path)) { try file.update { $0 = [] } }
            #expect(try Data(contentsOf: URL(fileURLWithPath: file.path)) == bytes)
        }
        try Self.withFile(1) { file, _ in
            let last = try file.read()[0].id
            #expect(throws: KeyringFileError.refused(path: file.path, reason: .lastKeyCannotBeRemoved)) {
                try file.remove(last)
            }
        }
        try Self.withFile(0) { file, _ in
            #expect(throws: KeyringFileError.missing(path: file.path)) {
                try file.add(try SecretKey.random())
            }
        }
    }

    @Test func aChangeThatChangesNothingWritesNothing() throws {
        try Self.withFile { file, _ in
            func inode() throws -> Int? {
                try FileManager.default.attributesOfItem(atPath: file.path)[.systemFileNumber] as? Int
            }
            let (keys, before) = (try file.read(), try inode())
            try file.use(keys[0].id)
            try file.add(keys[1])
            #expect(try inode() == before)
            try file.use(keys[1].id)
            #expect(try inode() != before)
        }
    }

    /// A writer that was killed may have left its file, be it as another name of the keyring's own.
    @Test func whatAKilledWriterLeftGoesWithTheNextChange() throws {
        try Self.withFile { file, folder in
            let keys = try file.read()
            let beside = file.path + ".new"
            try Data("half of a k".utf8).write(to: URL(fileURLWithPath: beside))
            try file.use(keys[1].id)
            #expect(try Self.names(folder) == ["k", "k.dates"])
            #expect(link(file.path, beside) == 0)
            try file.use(keys[0].id)
            #expect(try file.read() == keys)
            #expect(try Self.names(folder) == ["k", "k.dates"])
        }
    }

    @Test func aWiderModeIsRefusedBeforeAChange() throws {
        try Self.withFile { file, _ in
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file.path)
            #expect(throws: KeyringFileError.openToOthers(path: file.path)) {
                try file.add(try SecretKey.random())
            }
        }
    }

    // MARK: Two writers

    @Test func writersTakeTurns() async throws {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = KeyringFile(path: folder.appendingPathComponent("k").path)
        try file.create([try SecretKey.random()])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                let key = try SecretKey.random()
                group.addTask { _ = try file.update(waiting: .seconds(60)) { $0.add(key) } }
            }
            try await group.waitForAll()
        }
        #expect(try file.read().count == 21)
    }

    @Test func aWriterThatDoesNotEndIsNamed() throws {
        try Self.withFile { file, _ in
            let keys = try file.read()
            let held = try LockedFolder(of: file.path, waiting: .zero)
            let error = #expect(throws: KeyringFileError.self) {
                try file.update(waiting: .milliseconds(20)) { $0.reverse() }
            }
            #if os(Linux)
            #expect(error == .busy(path: file.path, holder: getpid()))
            #expect("\(error, default: "")".contains("process \(getpid())"))
            #endif
            #expect(try file.read() == keys)
            extendLifetime(held)
        }
    }

    // MARK: Dates

    @Test func newKeysAreDatedAndGoneOnesForgotten() throws {
        try Self.withFile { file, folder in
            let (keys, start) = (try file.read(), Date())
            #expect(Set(file.dates.keys) == Set(keys.map(\.id)))
            let key = try SecretKey.random()
            try file.add(key)
            try file.remove(keys[1].id)
            #expect(Set(file.dates.keys) == [keys[0].id, key.id])
            let date = try #require(file.dates[key.id])
            #expect(abs(date.timeIntervalSince(start)) < 60)
            let text = try String(contentsOf: folder.appendingPathComponent("k.dates"), encoding: .utf8)
            #expect(text.contains("\(key.id)"))
        }
    }

    @Test(arguments: [nil, "", "[]", "{\"x\":\"y\"}", "{\"0123456789abcdef\":\"yesterday\"}"])
    func datesThatAreLostOrBrokenAreUnknownAndHarmNothing(text: String?) throws {
        try Self.withFile { file, folder in
            let dates = folder.appendingPathComponent("k.dates")
            try FileManager.default.removeItem(at: dates)
            if let text { try Data(text.utf8).write(to: dates) }
            #expect(file.dates.isEmpty)
            let (keys, key) = (try file.read(), try SecretKey.random())
            try file.add(key)
            #expect(Array(file.dates.keys) == [key.id])
            #expect(try file.read() == keys + [key])
        }
    }

    @Test func aPlaceWhereDatesCannotBeDoesNotHinderTheKeys() throws {
        try Self.withFile { file, folder in
            let dates = folder.appendingPathComponent("k.dates")
            try FileManager.default.removeItem(at: dates)
            try FileManager.default.createDirectory(at: dates, withIntermediateDirectories: true)
            let (keys, key) = (try file.read(), try SecretKey.random())
            #expect(try file.add(key) == keys + [key])
            #expect(try Self.names(folder) == ["k", "k.dates"])
        }
    }
}
