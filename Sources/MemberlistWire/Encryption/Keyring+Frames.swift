/// HashiCorp's frames: `version (1) | nonce (12) | ciphertext | tag (16)`. Version 1 seals the plaintext as
/// it is, version 0 pads it to whole blocks of 16 first (PKCS #7).
extension Keyring {
    private enum Frame {
        static let padded: UInt8 = 0
        static let plain: UInt8 = 1
        static let header = 1 + AESGCM.nonceBytes
        static let block = 16
    }

    /// What sealing adds at most, in bytes.
    package static func overhead(padded: Bool) -> Int {
        Frame.header + AESGCM.tagBytes + (padded ? Frame.block : 0)
    }

    /// Appends `plaintext` sealed with the primary key.
    ///
    /// - Throws: ``WireError/limitExceeded`` where the plaintext is longer than the cipher takes.
    package func seal(
        _ plaintext: RawSpan,
        padded: Bool,
        additionalData: RawSpan,
        into output: inout [UInt8]
    ) throws(WireError) {
        let (ringKey, nonce) = drawForSeal()
        let key = ringKey.key
        let padding = padded ? Frame.block - plaintext.byteCount % Frame.block : 0
        let body = plaintext.byteCount + padding
        let before = output.count
        plaintext.withUnsafeBytes { plaintext in
            additionalData.withUnsafeBytes { additionalData in
                output.appendBytes(Frame.header + body + AESGCM.tagBytes) { start in
                    start.storeBytes(of: padded ? Frame.padded : Frame.plain, as: UInt8.self)
                    nonce.write(to: start + 1)
                    var source = plaintext
                    if padded {
                        source = Self.pad(plaintext, by: padding, at: start + Frame.header)
                    }
                    return AESGCM.seal(
                        source,
                        key: key,
                        nonce: start + 1,
                        additionalData: additionalData,
                        to: start + Frame.header
                    )
                }
            }
        }
        if output.count == before { throw .limitExceeded }
    }

    /// Appends the plaintext of `frame`, trying the keys in order.
    ///
    /// - Throws: ``WireError/truncated``, ``WireError/unknownEncryptionVersion(_:)``,
    ///   ``WireError/paddedEncryptionRefused``, ``WireError/authenticationFailed``,
    ///   ``WireError/malformedPadding``. Nothing is appended then.
    @discardableResult
    package func open(
        _ frame: RawSpan,
        acceptsPadded: Bool,
        additionalData: RawSpan,
        into output: inout [UInt8]
    ) throws(WireError) -> OpenedFrame {
        guard !frame.isEmpty else { throw .truncated }
        let version = frame.unsafeLoad(as: UInt8.self)
        guard version <= Frame.plain else { throw .unknownEncryptionVersion(version) }
        let padded = version == Frame.padded
        guard acceptsPadded || !padded else { throw .paddedEncryptionRefused }
        guard frame.byteCount >= Self.overhead(padded: padded) else { throw .truncated }

        let before = output.count
        let ringKeys = ringKeys
        let opener = frame.withUnsafeBytes { frame in
            additionalData.withUnsafeBytes { additionalData in
                ringKeys.first {
                    Self.open(frame, key: $0.key, additionalData: additionalData, into: &output)
                }
            }
        }
        guard let opener, let nonce = Nonce(frame, at: 1) else { throw .authenticationFailed }
        if padded { try Self.removePadding(after: before, of: &output) }
        opener.noteOpen()
        return OpenedFrame(keyID: opener.key.id, identity: .random(nonce))
    }

    private static func open(
        _ frame: UnsafeRawBufferPointer,
        key: SecretKey,
        additionalData: UnsafeRawBufferPointer,
        into output: inout [UInt8]
    ) -> Bool {
        guard let start = frame.baseAddress else { return false }
        let sealed = UnsafeRawBufferPointer(rebasing: frame[Frame.header...])
        var opened = false
        output.appendBytes(sealed.count - AESGCM.tagBytes) { destination in
            opened = AESGCM.open(
                sealed,
                key: key,
                nonce: start + 1,
                additionalData: additionalData,
                to: destination
            )
            return opened
        }
        return opened
    }

    private static func pad(
        _ plaintext: UnsafeRawBufferPointer,
        by padding: Int,
        at destination: UnsafeMutableRawPointer
    ) -> UnsafeRawBufferPointer {
        if let start = plaintext.baseAddress {
            destination.copyMemory(from: start, byteCount: plaintext.count)
        }
        (destination + plaintext.count).initializeMemory(
            as: UInt8.self,
            repeating: UInt8(truncatingIfNeeded: padding),
            count: padding
        )
        return UnsafeRawBufferPointer(start: destination, count: plaintext.count + padding)
    }

    /// The whole pad counts, not its last byte alone: it decides what the plaintext is.
    private static func removePadding(after start: Int, of output: inout [UInt8]) throws(WireError) {
        let count = output.count - start
        let padding = Int(output.last ?? 0)
        guard count.isMultiple(of: Frame.block), 1...Frame.block ~= padding, padding <= count,
            output.suffix(padding).allSatisfy({ Int($0) == padding })
        else {
            output.removeSubrange(start...)
            throw .malformedPadding
        }
        output.removeLast(padding)
    }
}
