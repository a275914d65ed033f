/// Sealing and opening in the native suite. One key is tried per frame, however many are on the ring: the frame
/// says which.
extension Keyring {
    /// What sealing in the native suite adds, in bytes.
    package static let nativeOverhead = NativeFrame.overhead

    /// Whether the bytes can be nothing but a native frame, by their first one: no message has such a type byte,
    /// and no frame of HashiCorp's such a version.
    static func isNativeFrame(_ bytes: RawSpan) -> Bool { NativeFrame.version(of: bytes) != nil }

    /// Refuses a frame, or the beginning of one, that names a key which is not on the ring.
    func checkKeyOfNativeFrame(_ bytes: RawSpan) throws(WireError) {
        guard bytes.byteCount >= NativeFrame.nonceOffset else { return }
        let keyID = bytes.withUnsafeBytes { $0.baseAddress.map(NativeFrame.keyID) }
        if let keyID, ringKey(keyID) == nil { throw .unknownKey(keyID) }
    }

    /// Appends `plaintext` sealed with the primary key, and returns the nonce that it got.
    ///
    /// - Parameters:
    ///   - nonce: For tests alone. Nil: the next one of this ring's session.
    ///   - additional: Kept by the caller, so that nothing is allocated for it.
    /// - Throws: ``WireError/limitExceeded`` where the plaintext is longer than the cipher takes.
    @discardableResult
    package func sealNatively(
        _ plaintext: RawSpan,
        bound binding: borrowing NativeBinding,
        nonce: NativeNonce? = nil,
        additional: inout [UInt8],
        into output: inout [UInt8]
    ) throws(WireError) -> NativeNonce {
        let ringKey = primary
        let session = binding.kind == .datagram ? ringKey.datagrams : ringKey.streams
        let nonce = nonce ?? session.draw()
        let version: NativeFrame.Version = binding.receiver == nil ? .anyone : .named
        let count = plaintext.byteCount + NativeFrame.overhead
        binding.write(version: version, keyID: ringKey.key.id, recordLength: count, into: &additional)
        let before = output.count
        plaintext.withUnsafeBytes { plaintext in
            additional.withUnsafeBytes { additional in
                output.appendBytes(count) { start in
                    NativeFrame.seal(
                        plaintext,
                        version: version,
                        key: ringKey.key,
                        nonce: nonce,
                        additionalData: additional,
                        to: start
                    )
                }
            }
        }
        if output.count == before { throw .limitExceeded }
        return nonce
    }

    /// Appends the plaintext of a native frame.
    ///
    /// - Parameter binding: What the frame should be bound to, with this node's own name as the receiver.
    /// - Throws: ``WireError/truncated``, ``WireError/unknownEncryptionVersion(_:)``,
    ///   ``WireError/unknownKey(_:)``, ``WireError/authenticationFailed``. Nothing is appended then.
    @discardableResult
    package func openNatively(
        _ frame: RawSpan,
        bound binding: borrowing NativeBinding,
        additional: inout [UInt8],
        into output: inout [UInt8]
    ) throws(WireError) -> OpenedFrame {
        guard let version = NativeFrame.version(of: frame) else {
            throw frame.isEmpty ? .truncated : .unknownEncryptionVersion(frame.unsafeLoad(as: UInt8.self))
        }
        guard frame.byteCount >= NativeFrame.overhead else { throw .truncated }
        return try frame.withUnsafeBytes { (frame) throws(WireError) in
            guard let start = frame.baseAddress else { throw .truncated }
            let keyID = NativeFrame.keyID(of: start)
            guard let ringKey = ringKey(keyID) else { throw .unknownKey(keyID) }
            binding.write(version: version, keyID: keyID, recordLength: frame.count, into: &additional)
            var opened = false
            additional.withUnsafeBytes { additional in
                output.appendBytes(frame.count - NativeFrame.overhead) { destination in
                    opened = NativeFrame.open(
                        frame,
                        key: ringKey.key,
                        additionalData: additional,
                        to: destination
                    )
                    return opened
                }
            }
            guard opened else { throw .authenticationFailed }
            ringKey.noteOpen()
            return OpenedFrame(
                keyID: keyID,
                identity: .counted(keyID, NativeNonce(at: start + NativeFrame.nonceOffset))
            )
        }
    }
}
