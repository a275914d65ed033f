package import MemberlistWire

/// Members by their names, for whoever only looks: one flat array, which a reader can take as it is.
package struct MemberList: Sendable {
    package private(set) var members: [Member] = []
    private var names = PositionIndex()
    private let hash: KeyedHash

    /// - Parameter seed: Nobody's guess: peers choose the names.
    package init(seed: UInt64) {
        hash = KeyedHash(seed: seed)
    }

    package func find(_ name: NodeName) -> Member? {
        position(of: name).map { members[$0] }
    }

    /// Puts a member in the place of the one of its name; returns that one.
    @discardableResult
    package mutating func set(_ member: Member) -> Member? {
        if let position = position(of: member.name) {
            defer { members[position] = member }
            return members[position]
        }
        members.appendCompactly(member)
        names.insert(members.count - 1, hash: member.identity.hashName(hash)) { [members, hash] position in
            members[position].identity.hashName(hash)
        }
        return nil
    }

    /// Takes a member away, and returns it. The last one stands in its place then.
    @discardableResult
    package mutating func remove(_ name: NodeName) -> Member? {
        guard let position = position(of: name) else { return nil }
        let last = members.count - 1
        removeFromIndex(last)
        if position != last {
            removeFromIndex(position)
            members.swapAt(position, last)
            names.insert(position, hash: members[position].identity.hashName(hash)) { [members, hash] other in
                members[other].identity.hashName(hash)
            }
        }
        return members.removeLast()
    }

    private mutating func removeFromIndex(_ position: Int) {
        names.remove(position, hash: members[position].identity.hashName(hash)) { [members, hash] other in
            members[other].identity.hashName(hash)
        }
    }

    private func position(of name: NodeName) -> Int? {
        name.bytes.withUnsafeBytes { bytes in
            names.find(hash.hash(bytes)) { members[$0].identity.isNamed(bytes) }
        }
    }
}
