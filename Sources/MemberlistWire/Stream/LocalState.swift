import Synchronization

/// What a node says in a push/pull: its members, and its application's state.
///
/// The members' states stand in blocks that are kept and sent again as they are while nothing about their members
/// changes, compressed too: a large cluster's states are encoded and compressed once, not anew for each peer.
package struct LocalState: Hashable, Sendable {
    package var join: Bool
    package let blocks: [StateBlock]
    package var userState: [UInt8]

    package init(join: Bool, blocks: [StateBlock], userState: [UInt8] = []) {
        self.join = join
        self.blocks = blocks
        self.userState = userState
    }

    /// How many members it tells of.
    package var count: Int { blocks.reduce(0) { $0 + $1.count } }

    /// Bytes of the message.
    package var encodedCount: Int {
        head.count + blocks.reduce(0) { $0 + $1.bytes.count } + userState.count
    }

    /// What stands in front of the states.
    var head: [UInt8] {
        var head = [MessageType.pushPull.rawValue]
        PushPullHeader(nodes: count, userStateLength: userState.count, join: join).encode(into: &head)
        return head
    }

    /// Appends the message, its type byte included.
    package func encode(into output: inout [UInt8]) {
        output.reserveCapacity(output.count + encodedCount)
        output.append(contentsOf: head)
        for block in blocks { output.append(contentsOf: block.bytes) }
        output.append(contentsOf: userState)
    }
}

/// States of some members, one after another, as a push/pull carries them.
package final class StateBlock: Sendable {
    private struct Compressed {
        var lzw: LZWBlock?
        var deflated: [UInt8]?
    }

    package let count: Int
    package let bytes: [UInt8]
    /// Made when it is first asked for.
    private let compressed = Mutex(Compressed())

    /// What was written.
    package init(_ writer: consuming NodeStateWriter) {
        (count, bytes) = writer.finishBytes()
    }

    func lzw(_ compressor: inout LZWCompressor) -> LZWBlock {
        if let made = compressed.withLock({ $0.lzw }) { return made }
        let bytes = bytes
        let block = compressor.block(bytes.span.bytes)
        compressed.withLock { $0.lzw = block }
        return block
    }

    /// Nil where zlib gets no memory.
    func deflated(_ compressor: inout DeflateCompressor) -> [UInt8]? {
        if let made = compressed.withLock({ $0.deflated }) { return made }
        let bytes = bytes
        guard let part = compressor.part(bytes.span.bytes) else { return nil }
        compressed.withLock { $0.deflated = part }
        return part
    }
}

extension StateBlock: Hashable {
    package static func == (lhs: StateBlock, rhs: StateBlock) -> Bool {
        lhs === rhs || (lhs.count == rhs.count && lhs.bytes == rhs.bytes)
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
