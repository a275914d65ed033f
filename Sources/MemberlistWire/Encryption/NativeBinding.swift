/// What a native frame is bound to beside its bytes: where it stands, for whom it is and what it answers. A
/// frame moved to another place, cluster, node or question does not open.
package struct NativeBinding: Sendable {
    package enum Kind: UInt8, Sendable {
        case datagram = 0
        case streamRequest = 1
        case streamReply = 2
    }

    let kind: Kind
    let label: Label
    /// The receiver's name; nil where the sender does not know it.
    let receiver: NodeName?
    /// What a reply answers: the nonce of the request's record.
    let answers: NativeNonce?

    package static func datagram(label: Label, receiver: NodeName?) -> NativeBinding {
        NativeBinding(kind: .datagram, label: label, receiver: receiver, answers: nil)
    }

    package static func request(label: Label, receiver: NodeName?) -> NativeBinding {
        NativeBinding(kind: .streamRequest, label: label, receiver: receiver, answers: nil)
    }

    package static func reply(label: Label, receiver: NodeName?, answers: NativeNonce) -> NativeBinding {
        NativeBinding(kind: .streamReply, label: label, receiver: receiver, answers: answers)
    }

    /// Replaces `output` by the data that the frame's tag covers beside its ciphertext: `version | key id (8) |
    /// kind | record length (u32) | label length (u8) | label | name length (u16) | name | answered nonce`.
    ///
    /// - Parameter recordLength: Bytes of the whole frame; 0 in a datagram.
    func write(version: NativeFrame.Version, keyID: KeyID, recordLength: Int, into output: inout [UInt8]) {
        output.removeAll(keepingCapacity: true)
        output.append(version.rawValue)
        withUnsafeBytes(of: keyID.rawValue.bigEndian) { output.append(contentsOf: $0) }
        output.append(kind.rawValue)
        let length = kind == .datagram ? 0 : UInt32(truncatingIfNeeded: recordLength)
        withUnsafeBytes(of: length.bigEndian) { output.append(contentsOf: $0) }
        output.append(UInt8(truncatingIfNeeded: label.bytes.count))
        output.append(contentsOf: label.bytes)
        let name = version == .named ? receiver?.bytes ?? [] : []
        withUnsafeBytes(of: UInt16(truncatingIfNeeded: name.count).bigEndian) {
            output.append(contentsOf: $0)
        }
        output.append(contentsOf: name)
        guard let answers else { return }
        var nonce: (UInt64, UInt64, UInt64) = (0, 0, 0)
        withUnsafeMutableBytes(of: &nonce) { buffer in
            if let start = buffer.baseAddress { answers.write(to: start) }
            output.append(contentsOf: buffer)
        }
    }
}
