/// Writes states one after another as a push/pull carries them, and notes where their fields are.
package struct NodeStateWriter: ~Copyable {
    private var bytes: [UInt8] = []
    private var places: [NodeStatePlace] = []

    /// The keys, the numbers and the lengths of one state take fewer.
    private static let overhead = 88
    /// What a state takes that says no more than it must.
    private static let usual = 80

    /// - Parameter count: How many states are expected.
    package init(count: Int) {
        bytes.reserveCapacity(count * Self.usual)
        places.reserveCapacity(count)
    }

    /// Appends a state. A field that is nil is written as null.
    ///
    /// - Parameter state: 0 alive, 1 suspect, 2 dead, 3 left.
    package mutating func append(
        name: UnsafeRawBufferPointer,
        address: UnsafeRawBufferPointer?,
        port: UInt16,
        meta: UnsafeRawBufferPointer?,
        incarnation: UInt32,
        state: Int,
        versions: UnsafeRawBufferPointer?
    ) {
        let fields = name.count + (address?.count ?? 0) + (meta?.count ?? 0) + (versions?.count ?? 0)
        let room = Self.overhead + fields
        if bytes.capacity - bytes.count < room {
            bytes.reserveCapacity(max(bytes.count + room, bytes.capacity * 2))
        }
        let start = bytes.count
        var place = NodeStatePlace()
        bytes.append(addingCapacity: room) { span in
            span.withUnsafeMutableBufferPointer { buffer, written in
                guard let base = buffer.baseAddress else { return }
                var cursor = StateCursor(UnsafeMutableRawPointer(base), at: start)
                cursor.map(7)
                cursor.key("Addr")
                place.address = cursor.bytes(address)
                cursor.key("Incarnation")
                cursor.unsigned(incarnation)
                cursor.key("Meta")
                place.meta = cursor.bytes(meta)
                cursor.key("Name")
                place.name = cursor.text(name)
                cursor.key("Port")
                cursor.unsigned(UInt32(port))
                cursor.key("State")
                cursor.signed(state)
                cursor.key("Vsn")
                place.versions = cursor.bytes(versions)
                written = cursor.position - start
            }
        }
        place.incarnation = incarnation
        place.port = port
        place.state = state
        places.append(place)
    }

    mutating func append(_ state: PushNodeState) {
        state.name.bytes.withUnsafeBytes { name in
            state.address.withBytes { address in
                state.meta.withBytes { meta in
                    state.versions.withBytes { versions in
                        append(
                            name: name,
                            address: address,
                            port: state.port,
                            meta: meta,
                            incarnation: state.incarnation,
                            state: state.state,
                            versions: versions
                        )
                    }
                }
            }
        }
    }

    /// What was written.
    package consuming func finish() -> NodeStates {
        NodeStates(bytes[...], places, isWritten: true)
    }

    /// How many states were written, and their bytes.
    consuming func finishBytes() -> (count: Int, bytes: [UInt8]) { (places.count, bytes) }
}

extension WireBytes {
    fileprivate func withBytes(_ body: (UnsafeRawBufferPointer?) -> Void) {
        if isNull { body(nil) } else { bytes.withUnsafeBytes(body) }
    }
}

/// ``MessagePackWriter`` over memory that has room: a state has fourteen values, a cluster ten thousand states.
private struct StateCursor {
    private var next: UnsafeMutableRawPointer
    private(set) var position: Int

    init(_ start: UnsafeMutableRawPointer, at position: Int) {
        next = start
        self.position = position
    }

    @inline(__always)
    private mutating func pass(_ count: Int) {
        next += count
        position += count
    }

    @inline(__always)
    private mutating func byte(_ byte: UInt8) {
        next.storeBytes(of: byte, as: UInt8.self)
        pass(1)
    }

    @inline(__always)
    mutating func map(_ entries: UInt8) { byte(Tag.fixmap | entries) }

    @inline(__always)
    mutating func key(_ name: StaticString) {
        byte(Tag.fixstr | UInt8(truncatingIfNeeded: name.utf8CodeUnitCount))
        next.copyMemory(from: name.utf8Start, byteCount: name.utf8CodeUnitCount)
        pass(name.utf8CodeUnitCount)
    }

    @inline(__always)
    mutating func unsigned(_ value: UInt32) {
        switch value {
        case 0...0x7f: byte(UInt8(truncatingIfNeeded: value))
        case 0x80...0xff: number(UInt8(truncatingIfNeeded: value), tag: Tag.uint8)
        case 0x100...0xffff: number(UInt16(truncatingIfNeeded: value), tag: Tag.uint16)
        default: number(value, tag: Tag.uint32)
        }
    }

    @inline(__always)
    mutating func signed(_ value: Int) {
        if 0...0x7f ~= value { return byte(UInt8(truncatingIfNeeded: value)) }
        var written: [UInt8] = []
        MessagePackWriter.signed(value, into: &written)
        for value in written { byte(value) }
    }

    @inline(__always)
    mutating func bytes(_ bytes: UnsafeRawBufferPointer?) -> NodeStatePlace.Field {
        if let bytes { return text(bytes) }
        byte(Tag.nil)
        return .null
    }

    @inline(__always)
    mutating func text(_ bytes: UnsafeRawBufferPointer) -> NodeStatePlace.Field {
        let count = bytes.count
        if count < 32 {
            byte(Tag.fixstr | UInt8(truncatingIfNeeded: count))
        } else if let short = UInt16(exactly: count) {
            number(short, tag: Tag.str16)
        } else {
            number(UInt32(truncatingIfNeeded: count), tag: Tag.str32)
        }
        let field = NodeStatePlace.Field(start: position, count: count)
        if let start = bytes.baseAddress { next.copyMemory(from: start, byteCount: count) }
        pass(count)
        return field
    }

    @inline(__always)
    private mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(_ value: Number, tag: UInt8) {
        byte(tag)
        next.storeBytes(of: value.bigEndian, as: Number.self)
        pass(MemoryLayout<Number>.size)
    }
}
