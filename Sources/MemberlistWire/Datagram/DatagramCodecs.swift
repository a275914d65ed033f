/// What compresses and expands datagrams, and the room that they stand in meanwhile: 200 KB, which nodes whose
/// datagrams are sealed and opened one after another, on one event loop, can share.
package final class DatagramCodecs {
    var lzwWriter = LZWCompressor()
    var lzwReader = LZWDecompressor()
    /// A datagram's window: half of what a stream's would reach, in a quarter of the memory.
    var deflater: DeflateCompressor
    var inflater = DeflateDecompressor()

    // A sealer's.
    var compressed: [UInt8] = []
    /// What `compressed` was made of, and how; nil: of nothing.
    private var source: [UInt8] = []
    private var algorithm: UInt8?
    var plain: [UInt8] = []
    // An opener's.
    var opened: [UInt8] = []
    var inflated: [UInt8] = []
    // Either's.
    var additional: [UInt8] = []

    /// Whether `compressed` is just this: gossip tells several receivers the same, one after another.
    func isCompressed(_ payload: RawSpan, by algorithm: UInt8) -> Bool {
        guard self.algorithm == algorithm else { return false }
        return payload.withUnsafeBytes { payload in
            source.withUnsafeBytes { $0.equalsBytes(of: payload) }
        }
    }

    func noteCompressed(_ payload: RawSpan, by algorithm: UInt8?) {
        self.algorithm = algorithm
        source.removeAll(keepingCapacity: true)
        payload.withUnsafeBytes { source.append(contentsOf: $0) }
    }

    package convenience init() {
        self.init(deflater: DeflateCompressor(windowBits: 12))
    }

    /// For tests alone: another deflater than the usual one.
    init(deflater: consuming DeflateCompressor) {
        self.deflater = deflater
    }
}
