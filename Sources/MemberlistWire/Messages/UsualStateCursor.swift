/// A cursor over what members say of themselves, as maps of their fields, in order, each in its shortest form. Go's
/// nodes and ours write no other; whatever differs is left to the reader that takes all that is lawful.
struct UsualStateCursor {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position: Int

    init(_ bytes: UnsafeRawBufferPointer, at position: Int) {
        self.bytes = bytes
        self.position = position
    }

    /// The next state of a push/pull; nil, and it stays where it is, where that has another form.
    @inline(__always)
    mutating func next() -> NodeStatePlace? {
        let start = position
        if let place = read(fields: 7, name: "Name", hasState: true) { return place }
        position = start
        return nil
    }

    /// An alive's map; nil where that has another form.
    @inline(__always)
    mutating func alive() -> NodeStatePlace? { read(fields: 6, name: "Node", hasState: false) }

    @inline(__always)
    private mutating func read(fields: UInt8, name key: StaticString, hasState: Bool) -> NodeStatePlace? {
        guard take() == Tag.fixmap | fields,
            pass("Addr"), let address = readBytes(),
            pass("Incarnation"), let incarnation = readUnsigned(),
            pass("Meta"), let meta = readBytes(),
            pass(key), let name = readBytes(),
            pass("Port"), let port = readUnsigned().flatMap(UInt16.init(exactly:))
        else { return nil }
        var place = NodeStatePlace()
        if hasState {
            guard pass("State"), let state = take(), state <= 0x7f else { return nil }
            place.state = Int(state)
        }
        guard pass("Vsn"), let versions = readBytes() else { return nil }
        place.name = name
        place.address = address
        place.meta = meta
        place.versions = versions
        place.incarnation = incarnation
        place.port = port
        return place
    }

    @inline(__always)
    private mutating func take() -> UInt8? {
        guard position < bytes.count else { return nil }
        defer { position &+= 1 }
        return bytes[position]
    }

    @inline(__always)
    private mutating func pass(_ key: StaticString) -> Bool {
        let count = key.utf8CodeUnitCount
        guard let start = bytes.baseAddress, bytes.count &- position > count,
            bytes[position] == Tag.fixstr | UInt8(truncatingIfNeeded: count),
            FieldKey(UnsafeRawBufferPointer(start: start + position + 1, count: count)) == FieldKey(key)
        else { return false }
        position &+= 1 &+ count
        return true
    }

    @inline(__always)
    private mutating func readUnsigned() -> UInt32? {
        guard let first = take() else { return nil }
        switch first {
        case 0...0x7f: return UInt32(first)
        case Tag.uint8: return load(UInt8.self).map(UInt32.init)
        case Tag.uint16: return load(UInt16.self).map(UInt32.init)
        case Tag.uint32: return load(UInt32.self)
        default: return nil
        }
    }

    @inline(__always)
    private mutating func readBytes() -> NodeStatePlace.Field? {
        guard let first = take() else { return nil }
        if first == Tag.nil { return .null }
        let count: Int
        if first & 0xe0 == Tag.fixstr {
            count = Int(first & 0x1f)
        } else {
            guard first == Tag.str16, let long = load(UInt16.self) else { return nil }
            count = Int(long)
        }
        guard bytes.count &- position >= count else { return nil }
        defer { position &+= count }
        return NodeStatePlace.Field(start: position, count: count)
    }

    @inline(__always)
    private mutating func load<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type) -> Number? {
        guard bytes.count &- position >= MemoryLayout<Number>.size else { return nil }
        defer { position &+= MemoryLayout<Number>.size }
        return Number(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
    }
}
