internal import MemberlistCore

/// A probability in parts per million: drawn with integers, so that every machine draws alike.
struct Chance: Hashable, Sendable {
    let partsPerMillion: Int64

    private static let whole: Int64 = 1_000_000

    init(_ probability: Double) {
        let bounded = min(max(probability.isNaN ? 0 : probability, 0), 1)
        partsPerMillion = Int64((bounded * Double(Self.whole)).rounded())
    }

    /// Draws only where the outcome is open.
    func happens(_ random: inout ProtocolRandom) -> Bool {
        guard partsPerMillion > 0 else { return false }
        guard partsPerMillion < Self.whole else { return true }
        return random.below(Self.whole) < partsPerMillion
    }
}
