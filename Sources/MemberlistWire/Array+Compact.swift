extension Array {
    /// Appends, and grows by a quarter where `append` would double: a simulation holds ten thousand tables.
    @inlinable
    package mutating func appendCompactly(_ element: Element) {
        if count == capacity { reserveCapacity(count + count / 4 + 8) }
        append(element)
    }
}
