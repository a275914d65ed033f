internal import MemberlistWire

/// How the cluster's keys stand, as who rotates them knows.
struct RotationState {
    /// The key that all shall hold alone in the end; nil where nothing was rotated.
    var newest: KeyID?
    /// Whether every key that somebody seals with is on every ring.
    var isInOrder = true
}
