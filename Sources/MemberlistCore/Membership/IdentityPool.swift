import MemberlistWire
import Synchronization

/// Lets many nodes in one process, a simulator's or a test's, hold what is equal once: what members say of
/// themselves, and the messages that are queued about them. A node on its own has no use for it.
///
/// It is bounded, for peers choose what goes in: at the bound it forgets all and starts anew. What a node took
/// from it stays that node's.
package final class IdentityPool: Sendable {
    private struct Contents {
        var identities: [Int: MemberIdentity] = [:]
        var messages: [Int: [UInt8]] = [:]
        var alives: [UInt: QueuedAlive] = [:]

        /// An alive that is queued holds its identity: both are forgotten together.
        mutating func forgetIdentities() {
            identities = [:]
            alives = [:]
        }
    }

    /// The alive of an identity that was queued last, found by where the identity stands, which it holds.
    private struct QueuedAlive {
        let identity: MemberIdentity
        let incarnation: UInt32
        let message: [UInt8]
    }

    private let contents = Mutex(Contents())
    private let capacity: Int

    /// - Parameter capacity: How many identities, and how many messages of each kind, are held at most.
    package init(capacity: Int = 1 << 17) {
        self.capacity = max(capacity, 1)
    }

    package var identityCount: Int { contents.withLock { $0.identities.count } }

    /// The identity of whoever sends that alive.
    func identity(of alive: Alive, at endpoint: Endpoint) -> MemberIdentity {
        var hasher = Hasher()
        hasher.combine(alive.node)
        hasher.combine(alive.address)
        hasher.combine(alive.port)
        hasher.combine(alive.meta)
        hasher.combine(alive.versions)
        let key = hasher.finalize()
        return contents.withLock { contents in
            if let known = contents.identities[key], known.isSaid(by: alive) { return known }
            if contents.identities.count >= capacity { contents.forgetIdentities() }
            let identity = MemberIdentity(alive, at: endpoint)
            contents.identities[key] = identity
            return identity
        }
    }

    /// The alive message of an identity: made once for each incarnation.
    func aliveMessage(of identity: MemberIdentity, incarnation: UInt32) -> [UInt8] {
        contents.withLock { contents in
            if let known = contents.alives[identity.storage], known.incarnation == incarnation {
                return known.message
            }
            if contents.alives.count >= capacity { contents.forgetIdentities() }
            let message = identity.aliveMessage(incarnation: incarnation)
            contents.alives[identity.storage] = QueuedAlive(
                identity: identity,
                incarnation: incarnation,
                message: message
            )
            return message
        }
    }

    /// An array of the same bytes.
    func message(_ bytes: [UInt8]) -> [UInt8] {
        let key = bytes.hashValue
        return contents.withLock { contents in
            if let known = contents.messages[key], known == bytes { return known }
            if contents.messages.count >= capacity { contents.messages = [:] }
            let message = bytes.withUnsafeBufferPointer { Array($0) }
            contents.messages[key] = message
            return message
        }
    }
}
