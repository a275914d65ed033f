/// Reads the states of a push/pull, noting where their fields are.
struct NodeStateReader {
    private let input: ArraySlice<UInt8>
    /// The input, and behind it what the places need that does not stand in it.
    private var enlarged: [UInt8]?
    private var places: [NodeStatePlace] = []

    /// Reads so many states from the reader's cursor on.
    static func read(_ count: Int, from reader: inout MessagePackReader) throws(WireError) -> NodeStates {
        var states = NodeStateReader(input: reader.rest)
        // The count was held against the bytes at hand.
        states.places.reserveCapacity(count)
        while true {
            reader.skip(to: states.readUsual(upTo: count, from: reader.position))
            guard states.places.count < count else { break }
            try states.place(PushNodeState.decode(from: &reader))
        }
        return NodeStates(states.enlarged?[...] ?? states.input, states.places, isWritten: false)
    }

    /// Reads states that have the form in which everybody writes them, up to one that has not.
    ///
    /// - Returns: The index of the first byte that was not read.
    private mutating func readUsual(upTo count: Int, from index: Int) -> Int {
        let places = places.count
        return input.withUnsafeBytes { bytes in
            var cursor = UsualStateCursor(bytes, at: index - input.startIndex)
            for _ in places..<count {
                guard let place = cursor.next() else { break }
                self.places.append(place)
            }
            return input.startIndex + cursor.position
        }
    }

    /// Notes a state that was read as any message is.
    private mutating func place(_ state: PushNodeState) {
        var place = NodeStatePlace()
        place.name = find(WireBytes(state.name.bytes))
        place.address = find(state.address)
        place.meta = find(state.meta)
        place.versions = find(state.versions)
        place.incarnation = state.incarnation
        place.port = state.port
        place.state = state.state
        places.append(place)
    }

    /// Where a field stands in the input. One that was written number by number stands nowhere, and is added.
    private mutating func find(_ field: WireBytes) -> NodeStatePlace.Field {
        guard !field.isNull else { return .null }
        guard !field.isEmpty else { return NodeStatePlace.Field(start: 0, count: 0) }
        let offset: Int? = input.withUnsafeBytes { input in
            field.bytes.withUnsafeBytes { field in
                guard let start = input.baseAddress, let end = input.baseAddress.map({ $0 + input.count }),
                    let found = field.baseAddress, start <= found, found < end
                else { return nil }
                return found - start
            }
        }
        if let offset { return NodeStatePlace.Field(start: offset, count: field.count) }
        var bytes = enlarged ?? Array(input)
        enlarged = nil
        let added = NodeStatePlace.Field(start: bytes.count, count: field.count)
        bytes.append(contentsOf: field.bytes)
        enlarged = bytes
        return added
    }
}

/// A cursor over states that are maps of their seven fields, in order, each in its shortest form. Go's nodes
/// and ours write no other; whatever differs is left to the reader that takes all that is lawful.
private struct UsualStateCursor {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position: Int

    init(_ bytes: UnsafeRawBufferPointer, at position: Int) {
        self.bytes = bytes
        self.position = position
    }

    /// The next state; nil, and it stays where it is, where that has another form.
    @inline(__always)
    mutating func next() -> NodeStatePlace? {
        let start = position
        if let place = read() { return place }
        position = start
        return nil
    }

    @inline(__always)
    private mutating func read() -> NodeStatePlace? {
        guard take() == Tag.fixmap | 7,
            pass("Addr"), let address = readBytes(),
            pass("Incarnation"), let incarnation = readUnsigned(),
            pass("Meta"), let meta = readBytes(),
            pass("Name"), let name = readBytes(),
            pass("Port"), let port = readUnsigned().flatMap(UInt16.init(exactly:)),
            pass("State"), let state = take(), state <= 0x7f,
            pass("Vsn"), let versions = readBytes()
        else { return nil }
        var place = NodeStatePlace()
        place.name = name
        place.address = address
        place.meta = meta
        place.versions = versions
        place.incarnation = incarnation
        place.port = port
        place.state = Int(state)
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
