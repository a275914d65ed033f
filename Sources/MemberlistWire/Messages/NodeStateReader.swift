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
