import FixtureSupport
import MemberlistWire

/// A line of any fixture, as far as the fuzzer cares.
struct FixtureLine: Decodable {
    let kind: String?
    let label: String?
    let keys: [[UInt8]]
    let hex: [UInt8]?
    let inner: [UInt8]?
    let plain: [UInt8]?
    let deflated: [UInt8]?

    private enum CodingKeys: CodingKey {
        case kind, label, keys, ringKey, hex, inner, plain, deflated
    }

    init(from decoder: any Decoder) throws {
        let line = try decoder.container(keyedBy: CodingKeys.self)
        func bytes(_ key: CodingKeys) throws -> [UInt8]? {
            try line.decodeIfPresent(Hex.self, forKey: key)?.bytes
        }
        kind = try line.decodeIfPresent(String.self, forKey: .kind)
        label = try line.decodeIfPresent(String.self, forKey: .label)
        let ring = try line.decodeIfPresent([Hex].self, forKey: .keys) ?? []
        keys = try ring.map(\.bytes) + [bytes(.ringKey)].compactMap { $0 }
        hex = try bytes(.hex)
        inner = try bytes(.inner)
        plain = try bytes(.plain)
        deflated = try bytes(.deflated)
    }

    /// Vectors of this project alone: they stand beside it, whatever folder is named for the others.
    private static let own: Set<String> = ["gossip.jsonl", "native-compression.jsonl"]

    static func all(_ files: String...) throws -> [FixtureLine] {
        try files.flatMap { file in
            let folder = own.contains(file) ? Fixtures.packageFolder : Fixtures.folder
            return try Fixtures.lines(file, in: folder, as: FixtureLine.self)
        }
    }
}

/// The clusters of the fixtures: their labels and their keys, so that a recorded frame opens in the targets.
enum FixtureCluster {
    /// For whom native frames are sealed, where they are for somebody.
    static let receiver: NodeName = "node-1"

    /// No label first.
    static let labels: [Label] = {
        let lines = (try? FixtureLine.all("packets.jsonl", "streams.jsonl", "native.jsonl")) ?? []
        let texts = lines.compactMap(\.label).filter { !$0.isEmpty }
        let distinct = Array(Set(texts)).sorted().prefix(15)
        return [.none] + distinct.compactMap { try? Label($0) }
    }()

    /// All keys on one ring.
    static let keyring: Keyring? = {
        let lines = (try? FixtureLine.all("packets.jsonl", "streams.jsonl", "native.jsonl")) ?? []
        return try? Keyring(lines.flatMap(\.keys).compactMap { try? SecretKey(bytes: $0) })
    }()

    /// What the recorded datagrams hold: a frame that opens to anything else was never sealed.
    static let sealedPayloads: Set<[UInt8]> = {
        let lines = (try? FixtureLine.all("packets.jsonl", "malformed.jsonl", "native.jsonl")) ?? []
        return Set(lines.compactMap { $0.inner ?? $0.plain })
    }()

    /// What the recorded streams hold.
    static let sealedMessages: Set<StreamMessage> = {
        let lines = (try? FixtureLine.all("streams.jsonl", "native.jsonl")) ?? []
        return Set(
            lines.compactMap { line in
                (line.inner ?? line.plain).flatMap { try? StreamMessage.decode($0[...]) }
            }
        )
    }()

    /// Where the label stands among ``labels``.
    static func place(of label: String?) -> UInt8 {
        let wanted = Array((label ?? "").utf8)
        return UInt8(labels.firstIndex { $0.bytes == wanted } ?? 0)
    }
}
