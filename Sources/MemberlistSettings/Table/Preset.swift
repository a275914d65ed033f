public import Memberlist

/// The presets, by the name that `profile` has in a file.
public enum SettingsPreset: String, Sendable, Hashable, CaseIterable {
    /// A local network.
    case lan
    /// Members far apart.
    case wan
    /// One machine.
    case local

    /// The preset's configuration.
    public func configuration(name: NodeName) -> MemberlistConfiguration {
        switch self {
        case .lan: .lan(name: name)
        case .wan: .wan(name: name)
        case .local: .local(name: name)
        }
    }
}
