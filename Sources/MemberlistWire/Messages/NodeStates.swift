/// The states of a push/pull: bytes in one array, and where in it the fields of each state stand.
///
/// A large cluster's come by the ten thousand, and hardly one says anything new. So none is an object of its
/// own: who wants one gets it as a value, and who goes through all looks at them where they stand.
package struct NodeStates: Sendable {
    private let bytes: ArraySlice<UInt8>
    private let places: [NodeStatePlace]
    /// Whether the bytes are the states as they are sent, and nothing else.
    private let isWritten: Bool

    /// - Parameters:
    ///   - bytes: What the places count in, from its first byte on.
    ///   - isWritten: Whether the bytes are the states as they are sent, and nothing else.
    init(_ bytes: ArraySlice<UInt8>, _ places: [NodeStatePlace], isWritten: Bool) {
        self.bytes = bytes
        self.places = places
        self.isWritten = isWritten
    }

    /// None.
    package init() {
        self.init([], [], isWritten: true)
    }

    package init(_ states: some Collection<PushNodeState>) {
        var writer = NodeStateWriter(count: states.count)
        for state in states { writer.append(state) }
        self = writer.finish()
    }

    /// Bytes of memory that they take.
    var heldBytes: Int { bytes.count + places.count * MemoryLayout<NodeStatePlace>.stride }

    /// Calls with the bytes, and with the places in them. Both are gone when it returns.
    package func withPlaces<Result>(
        _ body: (UnsafeRawBufferPointer, UnsafeBufferPointer<NodeStatePlace>) -> Result
    ) -> Result {
        bytes.withUnsafeBytes { bytes in
            places.withUnsafeBufferPointer { body(bytes, $0) }
        }
    }

    /// Appends the maps, one after another.
    func encode(into output: inout [UInt8]) {
        if isWritten {
            output.append(contentsOf: bytes)
        } else {
            NodeStates(self).encode(into: &output)
        }
    }
}

extension NodeStates: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { places.count }

    /// One state; its fields are slices of all that arrived with it.
    package subscript(position: Int) -> PushNodeState {
        let place = places[position]
        return PushNodeState(
            name: NodeName(bytes: value(place.name).bytes),
            address: value(place.address),
            port: place.port,
            meta: value(place.meta),
            incarnation: place.incarnation,
            state: place.state,
            versions: value(place.versions)
        )
    }

    private func value(_ field: NodeStatePlace.Field) -> WireBytes {
        guard !field.isNull else { return .null }
        let start = bytes.startIndex + Int(field.start)
        return WireBytes(bytes[start..<start + Int(field.count)])
    }
}

extension NodeStates: Hashable {
    package static func == (lhs: NodeStates, rhs: NodeStates) -> Bool { lhs.elementsEqual(rhs) }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        for state in self { hasher.combine(state) }
    }
}

extension NodeStatePlace {
    /// What an alive says, where its fields stand in the usual form.
    ///
    /// - Parameter message: The message, its type byte included.
    /// - Returns: Places in the message, and state 0; nil where this is no alive, or one of another form.
    @inline(__always)
    package static func alive(in message: UnsafeRawBufferPointer) -> NodeStatePlace? {
        guard message.first == MessageType.alive.rawValue else { return nil }
        var cursor = UsualStateCursor(message, at: 1)
        return cursor.alive()
    }
}

/// One state among the bytes of many: its numbers, and where its other fields stand.
package struct NodeStatePlace: BitwiseCopyable, Sendable {
    /// Bytes, counted from the first of all.
    package struct Field: BitwiseCopyable, Sendable {
        package let start: UInt32
        package let count: UInt32

        init(start: Int, count: Int) {
            self.start = UInt32(start)
            self.count = UInt32(count)
        }

        private init() {
            start = .max
            count = 0
        }

        /// What ``WireBytes/null`` is.
        static let null = Field()
        package var isNull: Bool { start == .max }
    }

    package var name = Field.null
    package var address = Field.null
    package var meta = Field.null
    package var versions = Field.null
    package var incarnation: UInt32 = 0
    package var port: UInt16 = 0
    /// 0 alive, 1 suspect, 2 dead, 3 left; a peer may say anything.
    package var state = 0
}
