/// What a datagram's layers cost in bytes. Compression is used only where it saves, and so costs nothing.
package struct DatagramLayout: Sendable, Hashable {
    /// Type byte and CRC-32.
    static let checksumHeader = 5

    /// The most that the layers add to a payload.
    package static func overhead(label: Label, encrypted: Bool, padded: Bool, checksum: Bool) -> Int {
        label.headerCount + (encrypted ? Keyring.overhead(padded: padded) : 0)
            + (checksum ? checksumHeader : 0)
    }

    /// The largest payload whose natively encrypted datagram has at most `datagramSize` bytes.
    package static func maximumNativePayload(datagramSize: Int, label: Label) -> Int {
        max(0, datagramSize - label.headerCount - Keyring.nativeOverhead)
    }

    /// The largest payload whose datagram has at most `datagramSize` bytes; 0 where the layers leave no room.
    package static func maximumPayload(
        datagramSize: Int,
        label: Label,
        encrypted: Bool,
        padded: Bool,
        checksum: Bool
    ) -> Int {
        var room = datagramSize - label.headerCount
        if encrypted {
            room -= Keyring.overhead(padded: false)
            // A pad fills the last block and has one byte at least.
            if padded { room = room / 16 * 16 - 1 }
        }
        return max(0, room - (checksum ? checksumHeader : 0))
    }
}
