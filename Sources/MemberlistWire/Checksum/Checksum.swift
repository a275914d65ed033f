internal import CZlib

/// CRC-32 (IEEE), the one that HashiCorp puts in front of a datagram's plain bytes.
package enum Checksum {
    package static func crc32(_ bytes: RawSpan) -> UInt32 {
        bytes.withUnsafeBytes { buffer in
            let start = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return UInt32(truncatingIfNeeded: CZlib.crc32_z(0, start, buffer.count))
        }
    }
}
