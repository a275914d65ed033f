import CKeyringHarness
import Foundation
import Memberlist
import MemberlistWire

/// Keys come from a keyring file, from a file of their own and from the random source; they seal and open, and are
/// removed. While they are on the ring they are in this process's memory, and after that they are not.
final class MemoryMode {
    private enum Part: Int, CaseIterable { case key, native, base64 }

    private let file: KeyringFile
    private let single: String
    private let bytes: Int

    init(folder: String, bytes: Int) {
        file = KeyringFile(path: folder + "/k")
        single = folder + "/single"
        self.bytes = bytes
    }

    /// The folder holds `k`, a keyring of an old key and another one, and `single`, the base64 of a key.
    func run() throws {
        let ring = try load()
        report("held")
        try remove(from: ring)
        report("removed")
    }

    private static let sources = ["file", "single", "random"]

    private func load() throws -> Keyring {
        let ring = try Keyring(file.read())
        let added = [try KeyringFile.readKey(path: single), try SecretKey.random(bytes: bytes)]
        for key in added { try ClusterKeyring.change(ring, file) { $0.add(key) } }
        for (source, key) in ring.keys.dropFirst().enumerated() {
            watch(key, source)
            let page = key.withUnsafeBytes { harness_page($0.baseAddress) }
            print("\(Self.sources[source]).undumped", page & Int32(HARNESS_NOT_DUMPED) == 0 ? "no" : "yes")
            print(
                "\(Self.sources[source]).locked",
                (page & Int32(HARNESS_LOCKED) != 0) == key.isLocked ? "told" : "untold"
            )
            try ClusterKeyring.change(ring, file) { (keys) throws(KeyError) in try keys.use(key.id) }
            try exchange(ring)
        }
        return ring
    }

    private func remove(from ring: Keyring) throws {
        let ids = ring.keyIDs
        guard let old = ids.last else { return }
        try ClusterKeyring.change(ring, file) { (keys) throws(KeyError) in try keys.use(old) }
        for id in ids.dropLast() {
            try ClusterKeyring.change(ring, file) { (keys) throws(KeyError) in try keys.remove(id) }
        }
        try exchange(ring)
    }

    /// Seals and opens in both dialects.
    private func exchange(_ ring: Keyring) throws {
        let text = Array("where are you?".utf8)
        var (frame, plain, additional): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
        try ring.seal(text.span.bytes, padded: false, additionalData: RawSpan(), into: &frame)
        try ring.open(frame.span.bytes, acceptsPadded: false, additionalData: RawSpan(), into: &plain)
        frame = []
        let binding = NativeBinding.datagram(label: try Label(""), receiver: "a")
        try ring.sealNatively(text.span.bytes, bound: binding, additional: &additional, into: &frame)
        _ = try ring.openNatively(frame.span.bytes, bound: binding, additional: &additional, into: &plain)
        guard plain == text + text else { throw Harness.Failure(description: "a frame did not open") }
    }

    private func watch(_ key: SecretKey, _ source: Int) {
        let first = source * Part.allCases.count
        key.withUnsafeBytes { harness_watch(Int32(first + Part.key.rawValue), $0.baseAddress, $0.count) }
        withExtendedLifetime(key) {
            harness_watch(Int32(first + Part.native.rawValue), key.nativeKey, 32)
        }
        guard var text = try? SecretBuffer(capacity: key.base64Count + 1) else { return }
        key.appendBase64(to: &text)
        text.withUnsafeBytes { harness_watch(Int32(first + Part.base64.rawValue), $0.baseAddress, $0.count) }
    }

    private func report(_ time: String) {
        for (source, name) in Self.sources.enumerated() {
            for part in Part.allCases {
                let slot = Int32(source * Part.allCases.count + part.rawValue)
                // Where the key is held, its own memory is no news.
                let tells: Int32 = time == "held" && part != .base64 ? 0 : 1
                print("\(time).\(name).\(part)", harness_count(slot, tells))
            }
        }
    }
}
