package import MemberlistWire
import Synchronization

/// What a member says of itself. It is the same for everybody who knows the member, and never changes: one
/// that says something else has another identity. What a node believes of it stands in a ``MemberRow``.
package final class MemberIdentity: Sendable {
    /// Name, address, metadata and versions, one after another.
    private let fields: [UInt8]
    package let endpoint: Endpoint
    package let versions: ProtocolVersions
    package let capabilities: Capabilities
    private let metaIsNull: Bool
    private let isShared: Bool
    private let addressStart: Int32
    private let metaStart: Int32
    private let versionsStart: Int32
    /// The alive that was encoded last, where many cores queue the same one.
    private let encoded = Mutex(EncodedAlive())

    private struct EncodedAlive {
        var incarnation: UInt32 = 0
        var message: [UInt8] = []
    }

    /// - Parameter alive: Its incarnation is a matter of belief, and is not kept.
    init(_ alive: Alive, at endpoint: Endpoint, isShared: Bool = false) {
        var fields: [UInt8] = []
        fields.reserveCapacity(
            alive.node.bytes.count + alive.address.count + alive.meta.count + alive.versions.count
        )
        fields.append(contentsOf: alive.node.bytes)
        fields.append(contentsOf: alive.address.bytes)
        fields.append(contentsOf: alive.meta.bytes)
        fields.append(contentsOf: alive.versions.bytes)
        self.fields = fields
        self.endpoint = endpoint
        versions = ProtocolVersions(alive.versions) ?? .unknown
        capabilities = Capabilities(versions: alive.versions)
        metaIsNull = alive.meta.isNull
        addressStart = Int32(alive.node.bytes.count)
        metaStart = addressStart + Int32(alive.address.count)
        versionsStart = metaStart + Int32(alive.meta.count)
        self.isShared = isShared
    }

    /// Nobody's: stands where a table has no member.
    static let nobody = MemberIdentity(
        Alive(),
        at: Endpoint(address: IPAddress(ipv4: 0), port: 0)
    )

    package var name: NodeName { NodeName(bytes: fields[..<Int(addressStart)]) }
    /// The address as it came: HashiCorp compares bytes, so they are passed on unchanged.
    package var address: WireBytes { WireBytes(fields[Int(addressStart)..<Int(metaStart)]) }
    package var meta: WireBytes {
        if metaStart == versionsStart { return metaIsNull ? .null : [] }
        return WireBytes(fields[Int(metaStart)..<Int(versionsStart)])
    }
    /// All version bytes, with capabilities beyond the six.
    package var wireVersions: WireBytes { WireBytes(fields[Int(versionsStart)...]) }
    /// About as many bytes of memory as it takes.
    var heldBytes: Int { fields.count + 160 }
    package var wireVersionCount: Int { fields.count - Int(versionsStart) }

    private func withName<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        fields.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<Int(addressStart)])) }
    }

    func isNamed(_ name: UnsafeRawBufferPointer) -> Bool {
        withName { $0.equalsBytes(of: name) }
    }

    /// Whether this is where an alive says that it listens; false where it has no address.
    func listens(at address: UnsafeRawBufferPointer, port: UInt16) -> Bool {
        endpoint.port == port && endpoint.address == IPAddress(address)
    }

    /// Writes it as a push/pull carries it. What came without versions is given six.
    func write(incarnation: UInt32, state: Int, to writer: inout NodeStateWriter) {
        guard wireVersionCount > 0 else {
            return versions.bytes.withUnsafeBytes { write(incarnation, state, versions: $0, to: &writer) }
        }
        write(incarnation, state, versions: nil, to: &writer)
    }

    private func write(
        _ incarnation: UInt32,
        _ state: Int,
        versions: UnsafeRawBufferPointer?,
        to writer: inout NodeStateWriter
    ) {
        let (addressStart, metaStart) = (Int(addressStart), Int(metaStart))
        fields.withUnsafeBytes { fields in
            let meta = UnsafeRawBufferPointer(rebasing: fields[metaStart..<Int(versionsStart)])
            writer.append(
                name: UnsafeRawBufferPointer(rebasing: fields[..<addressStart]),
                address: UnsafeRawBufferPointer(rebasing: fields[addressStart..<metaStart]),
                port: endpoint.port,
                meta: meta.isEmpty && metaIsNull ? nil : meta,
                incarnation: incarnation,
                state: state,
                versions: versions ?? UnsafeRawBufferPointer(rebasing: fields[Int(versionsStart)...])
            )
        }
    }

    func hashName(_ hash: KeyedHash) -> UInt64 { withName { hash.hash($0) } }

    func alive(incarnation: UInt32) -> Alive {
        Alive(
            incarnation: incarnation,
            node: name,
            address: address,
            port: endpoint.port,
            meta: meta,
            versions: wireVersions
        )
    }

    /// Whether the alive says just this, to the byte.
    func isSaid(by alive: Alive) -> Bool {
        endpoint.port == alive.port && metaIsNull == alive.meta.isNull && name == alive.node
            && address == alive.address && meta == alive.meta && wireVersions == alive.versions
    }

    /// Whether an application can tell the two apart.
    func tellsSame(as other: MemberIdentity) -> Bool {
        name == other.name && endpoint == other.endpoint && meta.bytes == other.meta.bytes
            && versions == other.versions
    }

    /// The alive message. Of a shared identity it is made once for each incarnation.
    func aliveMessage(incarnation: UInt32) -> [UInt8] {
        guard isShared else { return encode(incarnation) }
        return encoded.withLock { latest in
            if latest.incarnation != incarnation || latest.message.isEmpty {
                latest = EncodedAlive(incarnation: incarnation, message: encode(incarnation))
            }
            return latest.message
        }
    }

    private func encode(_ incarnation: UInt32) -> [UInt8] {
        var message: [UInt8] = []
        // The keys and the lengths take less than 64.
        message.reserveCapacity(64 + fields.count)
        alive(incarnation: incarnation).encode(into: &message)
        return message
    }
}
