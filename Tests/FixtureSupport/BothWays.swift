package import MemberlistWire

/// What expands compressed bytes in two ways: behind others, and into memory of the size that it counts beforehand.
package protocol TwoWayDecompressor: ~Copyable {
    associatedtype Whole: Sequence<UInt8>

    mutating func decompress(
        _ input: RawSpan,
        limit: Int,
        into output: inout [UInt8]
    ) throws(WireError)
    mutating func decompress(_ input: RawSpan, limit: Int) throws(WireError) -> Whole
}

extension LZWDecompressor: TwoWayDecompressor {}
extension DeflateDecompressor: TwoWayDecompressor {}

extension TwoWayDecompressor where Self: ~Copyable {
    /// Appends what the bytes expand to, once it is sure that both ways say the same of them.
    package mutating func expand(
        _ input: [UInt8],
        limit: Int,
        into output: inout [UInt8]
    ) throws(WireError) {
        let before = output.count
        var refusal: WireError?
        do throws(WireError) {
            try decompress(input.span.bytes, limit: limit, into: &output)
        } catch {
            refusal = error
        }
        do throws(WireError) {
            let whole = try decompress(input.span.bytes, limit: limit)
            let isSame = refusal == nil && whole.elementsEqual(output[before...])
            precondition(isSame, "two ways give two things")
        } catch {
            precondition(refusal == error, "what one way expands the other refuses")
        }
        if let refusal { throw refusal }
    }

    /// The same, into an array of its own.
    package mutating func expand(_ input: [UInt8], limit: Int = 1 << 24) throws(WireError) -> [UInt8] {
        var output: [UInt8] = []
        try expand(input, limit: limit, into: &output)
        return output
    }
}
