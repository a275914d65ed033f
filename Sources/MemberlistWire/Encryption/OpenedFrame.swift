/// What is known of a frame that verified, beside its plaintext.
package struct OpenedFrame: Sendable, Hashable {
    /// The key that opened it.
    package let keyID: KeyID
    /// What tells it from every other frame.
    package let identity: FrameIdentity
}

/// What tells one frame from every other, so that it is taken once.
package enum FrameIdentity: Sendable, Hashable {
    /// A frame of HashiCorp's, by its random nonce.
    case random(Nonce)
    /// A native one, by its key, session and counter.
    case counted(KeyID, NativeNonce)

    /// The native nonce, to which a reply is bound.
    package var nativeNonce: NativeNonce? {
        if case .counted(_, let nonce) = self { nonce } else { nil }
    }
}
