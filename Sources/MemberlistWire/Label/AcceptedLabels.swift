/// The labels that a node reads: its own, and others while its cluster moves from one to another.
///
/// What comes under another one is authenticated with that one, and a stream's answer is bound to the label of
/// its request.
struct AcceptedLabels: Sendable {
    let own: Label
    private let others: [Label]

    init(_ own: Label, and others: [Label] = []) {
        self.own = own
        self.others = others.filter { $0 != own }
    }

    /// Whether it is one that is read beside this node's own.
    func isOther(_ label: Label) -> Bool { !others.isEmpty && label != own }

    /// The label that a datagram bears.
    ///
    /// - Throws: ``WireError/malformedLabel``, ``WireError/labelMismatch``.
    func label(of datagram: RawSpan) throws(WireError) -> Label {
        let refusal: WireError
        do throws(WireError) {
            _ = try own.check(datagram)
            return own
        } catch {
            refusal = error
        }
        for other in others where (try? other.check(datagram)) != nil { return other }
        throw refusal
    }

    /// The label that a stream's first bytes bear, and nil while they may still come to bear one: compared as
    /// they arrive, so that a stranger is refused at the first byte that differs.
    func label(ofStream arrived: ArraySlice<UInt8>) throws(WireError) -> Label? {
        guard let first = arrived.first else { return nil }
        guard first == MessageType.label.rawValue else {
            return try find { $0.isEmpty }
        }
        _ = try find { !$0.isEmpty }
        guard arrived.count > 1 else { return nil }
        let count = Int(arrived[arrived.startIndex + 1])
        guard count > 0 else { throw .malformedLabel }
        let bytes = arrived.dropFirst(2).prefix(count)
        let found = try find { $0.bytes.count == count && $0.bytes.starts(with: bytes) }
        return bytes.count == count ? found : nil
    }

    private func find(_ isMeant: (Label) -> Bool) throws(WireError) -> Label {
        if isMeant(own) { return own }
        guard let other = others.first(where: isMeant) else { throw .labelMismatch }
        return other
    }
}
