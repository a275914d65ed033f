extension Array where Element == UInt8 {
    /// Appends `count` bytes that `write` sets, or none where it returns false.
    mutating func appendBytes(_ count: Int, write: (UnsafeMutableRawPointer) -> Bool) {
        // At least one byte of room, so that there is an address even for the plaintext of an empty frame.
        append(addingCapacity: Swift.max(count, 1)) { span in
            span.withUnsafeMutableBufferPointer { buffer, initialized in
                guard let base = buffer.baseAddress, write(UnsafeMutableRawPointer(base)) else { return }
                initialized = count
            }
        }
    }
}
