/// Lets every frame that verified in once, whichever its dialect.
package struct ReplayGuard: Sendable {
    private var nonces = NonceCache()
    private var sessions = ReplayTable()

    package init() {}

    /// Whether the frame comes for the first time, as far as can be told.
    ///
    /// - Parameter now: Nanoseconds of a clock that does not go back.
    package mutating func admits(_ identity: FrameIdentity, at now: Int64) -> Bool {
        switch identity {
        case .random(let nonce): nonces.insert(nonce, at: now)
        case .counted(let keyID, let nonce): sessions.insert(nonce, under: keyID)
        }
    }

    /// Makes room for the sessions of that many members.
    package mutating func makeRoom(forMembers members: Int) {
        sessions.makeRoom(forMembers: members)
    }
}
