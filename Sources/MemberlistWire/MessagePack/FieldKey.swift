/// The name of a field as a number: its length, and its bytes folded into two words.
///
/// Two keys are equal exactly when the names are, for names of up to 16 bytes, which every field of every
/// message has. A longer name is no field's, and folds to ``unknown``. Built from a literal, the key is a
/// constant by the time the machine sees it, so that finding a field costs comparisons of registers.
struct FieldKey: Equatable {
    private let count: Int
    private let low: UInt64
    private let high: UInt64

    static let longest = 16
    static let unknown = FieldKey(count: -1, low: 0, high: 0)

    private init(count: Int, low: UInt64, high: UInt64) {
        self.count = count
        self.low = low
        self.high = high
    }

    @inline(__always)
    init(_ name: StaticString) {
        self.init(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    /// Short names are covered by loads that overlap in the middle: with the length at hand, nothing is lost.
    @inline(__always)
    init(_ name: UnsafeRawBufferPointer) {
        let count = name.count
        var low: UInt64 = 0
        var high: UInt64 = 0
        switch count {
        case 9...16:
            low = name.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
            high = name.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
        case 4...8:
            low = UInt64(name.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
            high = UInt64(name.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
        case 1...3:
            low = UInt64(name[0]) | UInt64(name[count / 2]) << 8 | UInt64(name[count - 1]) << 16
        default:
            self = count == 0 ? FieldKey(count: 0, low: 0, high: 0) : .unknown
            return
        }
        self.init(count: count, low: low, high: high)
    }
}
