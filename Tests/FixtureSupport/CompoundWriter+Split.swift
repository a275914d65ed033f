package import MemberlistWire

extension CompoundWriter {
    /// As few payloads as the order of the messages allows, each of at most `budget` bytes. Throws
    /// `messageTooLarge` where a message has no payload that it fits.
    package static func split(_ messages: [[UInt8]], budget: Int) throws(WireError) -> [[UInt8]] {
        var writer = CompoundWriter()
        var payloads: [[UInt8]] = []
        for message in messages {
            guard message.count <= min(budget, Limits.compoundPart) else { throw .messageTooLarge }
            if !writer.fits(message.count, budget: budget) {
                payloads.append([])
                writer.finish(into: &payloads[payloads.count - 1])
            }
            try writer.append(message)
        }
        if !writer.isEmpty {
            payloads.append([])
            writer.finish(into: &payloads[payloads.count - 1])
        }
        return payloads
    }
}
