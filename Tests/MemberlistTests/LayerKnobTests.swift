import MemberlistWire
import Testing

@testable import Memberlist

/// Knobs of the layers: what each does to what is sent, and to what is read. One that is not handed on fails here by
/// its name.
@Suite struct LayerKnobTests {
    private static let payload: [UInt8] = [8] + [UInt8](repeating: 7, count: 200)
    private let key: SecretKey
    private let base: MemberlistConfiguration

    init() throws {
        key = try SecretKey(bytes: [UInt8](1...32))
        var configuration = MemberlistConfiguration.lan(name: "a")
        configuration.label = "blue"
        configuration.keyring = Keyring(primary: key)
        base = configuration
    }

    /// Who sends something to `a`, and how.
    private func senders() -> [(name: String, configuration: MemberlistConfiguration, to: Receiver)] {
        var (hashicorp, other, plain, padded, native) = (base, base, base, base, base)
        hashicorp.wire = .hashicorp
        other.label = "green"
        plain.keyring = nil
        (padded.wire, padded.protocolVersion) = (.hashicorp, 1)
        native.wire = .native
        return [
            ("HashiCorp's", hashicorp, .unknown), ("another label's", other, .unknown),
            ("plaintext", plain, .unknown), ("version 0", padded, .unknown),
            ("native", native, Receiver(name: "a", capabilities: .all)),
        ]
    }

    private func datagram(_ configuration: MemberlistConfiguration, to receiver: Receiver) throws -> [UInt8] {
        var sealer = try LayerSettings(configuration).datagramSealer()
        var bytes: [UInt8] = []
        try sealer.seal(Self.payload.span.bytes, for: receiver, into: &bytes)
        return bytes
    }

    private func stream(_ configuration: MemberlistConfiguration, to receiver: Receiver) throws -> [UInt8] {
        var message: [UInt8] = []
        StreamMessage.user(Self.payload).encode(into: &message)
        var bytes: [UInt8] = []
        try LayerSettings(configuration).streamSealer.seal(message, .request(to: receiver), into: &bytes)
        return bytes
    }

    /// What tells one way to send from another: the label, the version of the encryption, and the size.
    private func look(_ bytes: [UInt8], versionAt place: Int) -> String {
        let hasLabel = bytes.first == 244
        let start = hasLabel ? 2 + Int(bytes[1]) : 0
        let label = hasLabel ? String(decoding: bytes[2..<start], as: UTF8.self) : ""
        return "\(label)/\(bytes[start + place])/\(bytes.count)"
    }

    private func read(datagram: [UInt8], by layers: LayerSettings) -> String {
        var opener = layers.datagramOpener()
        guard let opened = try? opener.open(datagram.span.bytes, at: 0) else { return "refused" }
        // What is sealed in version 0 looks like a ping to who takes plaintext.
        return opened.payload.elementsEqual(Self.payload) ? "read" : "refused"
    }

    private func read(stream: [UInt8], by layers: LayerSettings) -> String {
        var opener = layers.streamOpener(.inbound)
        opener.feed(stream.span.bytes)
        return (try? opener.next()) == nil ? "refused" : "read"
    }

    /// Everything that can be seen of a node's layers.
    private func sight(of configuration: MemberlistConfiguration) throws -> [String: String] {
        let layers = try LayerSettings(configuration)
        // A stream's record has a type and four bytes of length in front.
        var seen = [
            "datagrams out": look(try datagram(configuration, to: .unknown), versionAt: 0),
            "streams out": look(try stream(configuration, to: .unknown), versionAt: 5),
        ]
        for sender in senders() {
            seen["\(sender.name) datagrams"] =
                read(datagram: try datagram(sender.configuration, to: sender.to), by: layers)
            seen["\(sender.name) streams"] =
                read(stream: try stream(sender.configuration, to: sender.to), by: layers)
        }
        return seen
    }

    private struct Knob: CustomTestStringConvertible {
        let name: String
        /// What of the layers changes, of datagrams and of streams alike.
        let changes: Set<String>
        let change: @Sendable (inout MemberlistConfiguration) -> Void
        var testDescription: String { name }
    }

    private static let knobs = [
        Knob(name: "label", changes: ["out", "HashiCorp's", "another label's", "native"]) {
            $0.label = "green"
        },
        Knob(name: "acceptedLabels", changes: ["another label's"]) { $0.acceptedLabels = ["green"] },
        Knob(name: "keyring", changes: ["out", "HashiCorp's", "plaintext", "native"]) { $0.keyring = nil },
        Knob(name: "verifiesIncoming", changes: ["plaintext"]) { $0.verifiesIncoming = false },
        Knob(name: "verifiesOutgoing", changes: ["out"]) { $0.verifiesOutgoing = false },
        Knob(name: "acceptsPaddedEncryption", changes: ["version 0"]) { $0.acceptsPaddedEncryption = true },
        Knob(name: "protocolVersion", changes: ["out", "version 0"]) { $0.protocolVersion = 1 },
        Knob(name: "compression", changes: ["out"]) { $0.compression = false },
        Knob(name: "wire", changes: ["out", "HashiCorp's"]) { $0.wire = .native },
        Knob(name: "name", changes: ["native"]) { $0.name = "c" },
    ]

    @Test(arguments: knobs) private func itChangesWhatItIsForAndNothingElse(knob: Knob) throws {
        var changed = base
        knob.change(&changed)
        let (before, after) = (try sight(of: base), try sight(of: changed))
        let different = Set(before.keys.filter { before[$0] != after[$0] })
        let wanted = knob.changes.flatMap { part in
            ["datagrams", "streams"].map { kind in part == "out" ? "\(kind) out" : "\(part) \(kind)" }
        }
        #expect(different == Set(wanted), "\(after)")
    }
}
