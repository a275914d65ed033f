import CKeyringHarness
import Foundation
import Memberlist

/// A change of a keyring file is killed at each of its system calls, before and after it, round and round. Whatever
/// was killed, the file holds the old keys or the new ones, is its owner's alone, and the next change works and
/// clears away what the killed one left.
final class KillMode {
    private let folder: String
    private let goal: Int
    private let file: KeyringFile
    private let keys: [SecretKey]
    private var counts: [String: Int] = [:]
    private var turn = 0
    /// What the file holds when a change begins.
    private var ring: [SecretKey] = []

    init(folder: String, goal: Int) throws {
        self.folder = folder
        self.goal = goal
        file = KeyringFile(path: folder + "/k")
        keys = try [32, 16, 24].map { try SecretKey.random(bytes: $0) }
    }

    func run() throws {
        // The tests beside it have deadlines, and this has none.
        nice(10)
        ring = [keys[0]]
        try file.create(ring)
        for name in ["kills", "rounds", "old", "new", "torn", "lost", "mode", "stuck", "litter"] {
            counts[name] = 0
        }
        note("order", try order())
        try file.replace(with: ring)
        var stop = 1
        while counts["kills", default: 0] < goal {
            if try kill(at: stop) {
                stop += 1
            } else {
                note("rounds")
                stop = 1
            }
        }
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) { print(name, count) }
    }

    private func note(_ name: String, _ count: Int = 1) { counts[name, default: 0] += count }

    /// An addition, a promotion or a removal; the keys are never the same after it.
    private static func change(_ ring: [SecretKey], _ turn: Int, _ keys: [SecretKey]) -> [SecretKey] {
        let spare = keys.first { !ring.contains($0) }
        switch (turn % 3, spare) {
        case (1, _) where ring.count > 1: return [ring[ring.count - 1]] + ring.dropLast()
        case (0, let spare?): return ring + [spare]
        case (_, let spare?) where ring.count == 1: return ring + [spare]
        default: return Array(ring.dropLast())
        }
    }

    /// Whether it was killed there: false where it ended first.
    private func kill(at stop: Int) throws -> Bool {
        let (turn, keys, file, before) = (turn, keys, file, ring)
        let after = Self.change(before, turn, keys)
        let body = Body {
            let done = try? file.update { $0 = Self.change($0, turn, keys) }
            return done == after ? 0 : 1
        }
        var code: Int32 = 0
        let outcome = withExtendedLifetime(body) { harness_kill_at(stop, Body.call, body.context, &code) }
        guard outcome >= 0 else { throw Harness.Failure(description: "no process can be traced here") }
        guard outcome == 1 || code == 0 else {
            throw Harness.Failure(description: "the change failed unkilled")
        }
        let found = try? file.read()
        note(
            found == nil ? "torn" : found == after ? "new" : found == before && outcome == 1 ? "old" : "lost"
        )
        checkMode()
        guard outcome == 1 else {
            self.turn += 1
            ring = after
            return false
        }
        note("kills")
        writeAgain()
        return true
    }

    /// The next change, which takes away what the killed one left, and lets the next kill meet the same keys.
    private func writeAgain() {
        do { try file.replace(with: ring) } catch { note("stuck") }
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        if names != ["k", "k.dates"] { note("litter") }
        checkMode()
    }

    private func checkMode() {
        var status = stat()
        if stat(file.path, &status) != 0 || status.st_mode & 0o7777 != 0o600 { note("mode") }
    }

    /// Whether the data comes to the disk before the name, and the name after it: 1.
    private func order() throws -> Int {
        let key = keys[1]
        let file = file
        let body = Body { (try? file.add(key)) == nil ? 1 : 0 }
        var calls = [Int](repeating: -1, count: 4_096)
        let count = withExtendedLifetime(body) { harness_trace(Body.call, body.context, &calls, calls.count) }
        guard count > 0 else { throw Harness.Failure(description: "no process can be traced here") }
        note("calls", count)
        let kinds = calls[..<count].map { harness_kind($0) }.filter { $0 >= 0 }
        let (sync, rename) = (Int32(HARNESS_SYNC), Int32(HARNESS_RENAME))
        return kinds.starts(with: [sync, rename, sync]) ? 1 : 0
    }
}
