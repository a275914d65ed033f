package import MemberlistWire

/// HashiCorp's frames from arrays and into new ones: production seals and opens in memory that it keeps.
extension Keyring {
    package func sealed(_ plaintext: [UInt8], padded: Bool = false, label: [UInt8] = []) throws(WireError)
        -> [UInt8]
    {
        var frame: [UInt8] = []
        try seal(plaintext.span.bytes, padded: padded, additionalData: label.span.bytes, into: &frame)
        return frame
    }

    package func opened(_ frame: [UInt8], acceptsPadded: Bool = false, label: [UInt8] = []) throws(WireError)
        -> [UInt8]
    {
        var plaintext: [UInt8] = []
        try open(
            frame.span.bytes,
            acceptsPadded: acceptsPadded,
            additionalData: label.span.bytes,
            into: &plaintext
        )
        return plaintext
    }
}
