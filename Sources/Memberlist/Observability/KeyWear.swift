internal import MemberlistWire

/// How far the primary key is used up: random nonces bear 2^32 seals of one key in the whole cluster, and every
/// node seals about as often as this one.
struct KeyWear {
    /// Its identifier: a key that is removed is not to be held here.
    private var warned: KeyID?

    /// The cluster's seals, estimated.
    static func clusterSeals(_ own: UInt64, members: Int) -> UInt64 {
        let (product, overflow) = own.multipliedReportingOverflow(by: UInt64(max(1, members)))
        return overflow ? .max : product
    }

    /// The cluster's seals, estimated, and whether to warn of them now: once for each key.
    mutating func check(_ keyring: Keyring, members: Int) -> (seals: UInt64, warns: Bool) {
        let seals = Self.clusterSeals(keyring.primarySealCount, members: members)
        guard seals >= Limits.keySeals, let primary = keyring.keyIDs.first, primary != warned else {
            return (seals, false)
        }
        warned = primary
        return (seals, true)
    }
}
