/// In what dialect a stream's request came, which is the one that its reply must speak.
package struct StreamDialect: Sendable, Hashable {
    /// The nonce of the request's native record, to which the reply is bound; nil where the request was not
    /// natively encrypted.
    package var answers: NativeNonce?
    /// Whether the request was compressed with the preset dictionary.
    package var usedDictionary: Bool

    /// The label of the request, where it was not the receiver's own: the reply is bound to it.
    package var label: Label?

    package init(answers: NativeNonce? = nil, usedDictionary: Bool = false) {
        self.answers = answers
        self.usedDictionary = usedDictionary
    }

    /// HashiCorp's.
    package static let hashicorp = StreamDialect()
}

/// What a message on a stream is.
package enum StreamRole: Sendable {
    /// This node dialled: the label header stands in front.
    case request(to: Receiver)
    /// An answer, without one.
    case reply(StreamDialect)
}
