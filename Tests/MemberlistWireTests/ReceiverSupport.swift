import MemberlistWire

extension Receiver {
    /// Somebody of whom no more is known than whether it checks a CRC-32.
    static func hashicorp(checksum: Bool) -> Receiver { Receiver(name: nil, takesChecksum: checksum) }
}
