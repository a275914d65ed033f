import Foundation
import Memberlist
import MemberlistWire
import SampleCluster

/// What both sides work on: the same keys, the same datagrams, the same state of ten thousand members.
struct Inputs {
    static let label = "bench"
    static let members = 10_000
    static let datagrams = 64
    static let parts = 13

    /// Eight keys; a cluster uses the first.
    let keys: [SecretKey]
    /// Thirteen contents for each datagram.
    let parts: [[[UInt8]]]
    let refused: [[UInt8]]
    /// A push/pull as a peer answers it on a stream.
    let state: [UInt8]

    var ring: Keyring { Keyring(primary: keys[0]) }
    var fullRing: Keyring { Keyring(primary: keys[0], others: Array(keys.dropFirst())) }

    init(readFrom folder: String) throws {
        let folder = URL(fileURLWithPath: folder)
        keys = try KeyringFile(path: folder.appendingPathComponent("keyring8.json").path).read()
        parts = try Self.lines(of: "parts.jsonl", in: folder).map { line in
            try JSONDecoder().decode([Data].self, from: line).map { Array($0) }
        }
        refused = try Self.datagrams("refused.jsonl", in: folder)
        state = Array(try Data(contentsOf: folder.appendingPathComponent("state.bin")))
    }

    private static func datagrams(_ name: String, in folder: URL) throws -> [[UInt8]] {
        try lines(of: name, in: folder).map { line in
            Array(try JSONDecoder().decode(Data.self, from: line))
        }
    }

    private static func lines(of name: String, in folder: URL) throws -> [Data] {
        try Data(contentsOf: folder.appendingPathComponent(name)).split(separator: UInt8(ascii: "\n")).map {
            Data($0)
        }
    }

    // MARK: Writing

    static func write(to folder: String) throws {
        let folder = URL(fileURLWithPath: folder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let keys = try (0..<8).map { _ in try SecretKey.random() }
        try write(keys: keys, to: folder.appendingPathComponent("keyring8.json"))
        try write(keys: [keys[0]], to: folder.appendingPathComponent("keyring.json"))
        try Data(label.utf8).write(to: folder.appendingPathComponent("label.txt"))
        let contents = parts(of: members).map { $0.map { Data($0) } }
        try write(contents, to: folder.appendingPathComponent("parts.jsonl"))
        let payloads = try (0..<datagrams).map { try SampleMembers.gossip($0) }
        try write(
            try sealed(payloads, Keyring(primary: keys[0])),
            to: folder.appendingPathComponent("opened.jsonl")
        )
        try write(
            try sealed(payloads, Keyring(primary: try SecretKey.random())),
            to: folder.appendingPathComponent("refused.jsonl")
        )
        try Data(try sealedState(Keyring(primary: keys[0])))
            .write(to: folder.appendingPathComponent("state.bin"))
    }

    /// Thirteen alives for each datagram, of members from all over the cluster.
    static func parts(of members: Int) -> [[[UInt8]]] {
        (0..<datagrams).map { datagram in
            (0..<parts).map { part in
                let number = (datagram * parts + part) * 7_919 % members
                return SampleMembers.message(.alive(SampleMembers.alive(number)))
            }
        }
    }

    private static func write(keys: [SecretKey], to url: URL) throws {
        try? FileManager.default.removeItem(at: url)
        try KeyringFile(path: url.path).create(keys)
    }

    private static func write(_ lines: [some Encodable], to url: URL) throws {
        let encoder = JSONEncoder()
        let text = try lines.map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }.joined()
        try Data(text.utf8).write(to: url)
    }

    /// In HashiCorp's dialect, as its nodes of protocol version 5 send.
    private static func sealed(_ payloads: [[UInt8]], _ ring: Keyring) throws -> [Data] {
        var sealer = try SampleLayers.sealer(label, ring, compresses: true)
        return try payloads.map { payload in
            var datagram: [UInt8] = []
            try sealer.seal(payload, for: Receiver(name: nil, takesChecksum: true), into: &datagram)
            return Data(datagram)
        }
    }

    static func sealedState(_ ring: Keyring, of members: Int = members) throws -> [UInt8] {
        let state = PushPull(
            join: false,
            nodes: (0..<members).map(SampleMembers.state),
            userState: Array("state".utf8)
        )
        var message: [UInt8] = []
        state.encode(into: &message)
        let sealer = StreamSealer(label: try Label(label), keyring: ring, compression: true)
        var sealed: [UInt8] = []
        try sealer.seal(message, .reply(.hashicorp), into: &sealed)
        return sealed
    }
}
