package import MemberlistWire

/// What a member says of itself. It is the same for everybody who knows the member, and never changes: one
/// that says something else has another identity. What a node believes of it stands in a ``MemberRow``.
///
/// All of it stands in one array, since a node has as many as it has members: a prefix (``Prefix``), and then name,
/// address, metadata and versions, one after another. What is read out is a slice of it.
package struct MemberIdentity: Sendable {
    private let bytes: [UInt8]

    /// Where the prefix has what.
    private enum Prefix {
        /// Two bytes.
        static let port = 0
        /// Whether there is metadata, if only of no bytes.
        static let hasMeta = 2
        /// Where the name, the address and the metadata end; four bytes each.
        static let nameEnd = 4
        static let addressEnd = 8
        static let metaEnd = 12
        static let count = 16
    }

    /// - Parameters:
    ///   - alive: Its incarnation is a matter of belief, and is not kept.
    ///   - endpoint: Where it listens. An alive whose address is another or none is given this one.
    init(_ alive: Alive, at endpoint: Endpoint) {
        let isAddressed = IPAddress(bytes: alive.address.bytes) == endpoint.address
        let address = isAddressed ? alive.address.bytes : endpoint.address.bytes[...]
        let name = alive.node.bytes
        let nameEnd = Prefix.count + name.count
        let addressEnd = nameEnd + address.count
        let metaEnd = addressEnd + alive.meta.count
        let count = metaEnd + alive.versions.count
        bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
            let room = UnsafeMutableRawBufferPointer(buffer)
            room.storeBytes(of: endpoint.port, toByteOffset: Prefix.port, as: UInt16.self)
            room[Prefix.hasMeta] = alive.meta.isNull ? 0 : 1
            room[Prefix.hasMeta + 1] = 0
            func store(_ end: Int, at place: Int) {
                room.storeBytes(of: UInt32(end), toByteOffset: place, as: UInt32.self)
            }
            store(nameEnd, at: Prefix.nameEnd)
            store(addressEnd, at: Prefix.addressEnd)
            store(metaEnd, at: Prefix.metaEnd)
            UnsafeMutableRawBufferPointer(rebasing: room[Prefix.count..<nameEnd]).copyBytes(from: name)
            UnsafeMutableRawBufferPointer(rebasing: room[nameEnd..<addressEnd]).copyBytes(from: address)
            UnsafeMutableRawBufferPointer(rebasing: room[addressEnd..<metaEnd])
                .copyBytes(from: alive.meta.bytes)
            UnsafeMutableRawBufferPointer(rebasing: room[metaEnd..<count])
                .copyBytes(from: alive.versions.bytes)
            written = count
        }
    }

    /// Nobody's: stands where a table has no member.
    static let nobody = MemberIdentity(
        Alive(),
        at: Endpoint(address: IPAddress(ipv4: 0), port: 0)
    )

    /// Everything in it, where it stands.
    private struct Fields {
        let port: UInt16
        let hasMeta: Bool
        let name: UnsafeRawBufferPointer
        let address: UnsafeRawBufferPointer
        let meta: UnsafeRawBufferPointer
        let versions: UnsafeRawBufferPointer

        @inline(__always)
        init(_ bytes: UnsafeRawBufferPointer) {
            func end(_ place: Int) -> Int {
                Int(bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
            }
            let (nameEnd, addressEnd, metaEnd) = (
                end(Prefix.nameEnd), end(Prefix.addressEnd), end(Prefix.metaEnd)
            )
            // The ends were set where the array was made, and so need no further look.
            func field(_ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
                UnsafeRawBufferPointer(start: bytes.baseAddress.map { $0 + start }, count: end &- start)
            }
            port = bytes.loadUnaligned(fromByteOffset: Prefix.port, as: UInt16.self)
            hasMeta = bytes[Prefix.hasMeta] == 1
            name = field(Prefix.count, nameEnd)
            address = field(nameEnd, addressEnd)
            meta = field(addressEnd, metaEnd)
            versions = field(metaEnd, bytes.count)
        }
    }

    @inline(__always)
    private func withFields<Result>(_ body: (Fields) -> Result) -> Result {
        bytes.withUnsafeBytes { body(Fields($0)) }
    }

    private func end(_ place: Int) -> Int {
        bytes.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: place, as: UInt32.self)) }
    }

    package var name: NodeName { NodeName(bytes: bytes[Prefix.count..<end(Prefix.nameEnd)]) }
    /// The address as it came: HashiCorp compares bytes, so they are passed on unchanged.
    package var address: WireBytes { WireBytes(bytes[end(Prefix.nameEnd)..<end(Prefix.addressEnd)]) }
    package var meta: WireBytes {
        let range = end(Prefix.addressEnd)..<end(Prefix.metaEnd)
        return range.isEmpty ? (hasMeta ? [] : .null) : WireBytes(bytes[range])
    }
    /// All version bytes, with capabilities beyond the six.
    package var wireVersions: WireBytes { WireBytes(bytes[end(Prefix.metaEnd)...]) }
    package var wireVersionCount: Int { withFields { $0.versions.count } }

    package var endpoint: Endpoint {
        withFields { Endpoint(address: IPAddress($0.address) ?? IPAddress(ipv4: 0), port: $0.port) }
    }
    package var versions: ProtocolVersions { withFields { ProtocolVersions($0.versions) ?? .unknown } }
    package var capabilities: Capabilities { Capabilities(versions: wireVersions) }

    /// As many bytes of memory as it takes, with what an array and the allocator put around it.
    var heldBytes: Int { bytes.count + 56 }

    private var port: UInt16 { withFields { $0.port } }
    private var hasMeta: Bool { withFields { $0.hasMeta } }

    func hashName(_ hash: KeyedHash) -> UInt64 { withFields { hash.hash($0.name) } }

    func isNamed(_ name: UnsafeRawBufferPointer) -> Bool {
        withFields { $0.name.equalsBytes(of: name) }
    }

    /// Whether this is where an alive says that it listens, false where it has no address, and as many versions are
    /// known as the alive has.
    func covers(address: UnsafeRawBufferPointer, port: UInt16, versionCount: Int) -> Bool {
        withFields { fields in
            guard fields.port == port, fields.versions.count >= versionCount else { return false }
            // Addresses of one length are equal where their bytes are, and only there.
            return fields.address.count == address.count
                ? fields.address.equalsBytes(of: address) : IPAddress(fields.address) == IPAddress(address)
        }
    }

    /// Whether both are one array: what was copied, and not only what says the same.
    func isSame(as other: MemberIdentity) -> Bool { storage == other.storage }

    /// Where it stands in memory. Nothing may depend on it but what is found faster.
    var storage: UInt { bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) } }

    /// Whether the alive says just this, to the byte.
    func isSaid(by alive: Alive) -> Bool {
        port == alive.port && hasMeta != alive.meta.isNull && name == alive.node
            && address == alive.address && meta == alive.meta && wireVersions == alive.versions
    }

    /// Whether an application can tell the two apart.
    func tellsSame(as other: MemberIdentity) -> Bool {
        name == other.name && endpoint == other.endpoint && meta.bytes == other.meta.bytes
            && versions == other.versions
    }
}

// MARK: What others are told

extension MemberIdentity {
    func alive(incarnation: UInt32) -> Alive {
        Alive(
            incarnation: incarnation,
            node: name,
            address: address,
            port: port,
            meta: meta,
            versions: wireVersions
        )
    }

    /// The alive message.
    func aliveMessage(incarnation: UInt32) -> [UInt8] {
        var message: [UInt8] = []
        // The keys and the lengths take less than 64.
        message.reserveCapacity(64 + bytes.count - Prefix.count)
        alive(incarnation: incarnation).encode(into: &message)
        return message
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
        withFields { fields in
            writer.append(
                name: fields.name,
                address: fields.address,
                port: fields.port,
                meta: fields.meta.isEmpty && !fields.hasMeta ? nil : fields.meta,
                incarnation: incarnation,
                state: state,
                versions: versions ?? fields.versions
            )
        }
    }
}
