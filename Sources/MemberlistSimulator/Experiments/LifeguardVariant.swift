internal import MemberlistCore

/// Which of Lifeguard's parts are in use: the configurations that the paper compares (arXiv 1707.00788, section V).
public enum LifeguardVariant: String, Sendable, Hashable, Codable, CaseIterable {
    /// None of them.
    case swim
    /// A node that does not do well probes more slowly (section IV-A).
    case probe
    /// A suspicion starts long, and each confirmation shortens it (section IV-B).
    case suspicion
    /// A ping to a suspect tells it of the suspicion (section IV-C).
    case buddy
    /// All three.
    case all

    /// As it stands in tables.
    public var title: String {
        switch self {
        case .swim: "SWIM"
        case .probe: "+probe"
        case .suspicion: "+suspicion"
        case .buddy: "+buddy"
        case .all: "all"
        }
    }

    private var extensions: LifeguardExtensions {
        switch self {
        case .swim: []
        case .probe: .probe
        case .suspicion: .suspicion
        case .buddy: .buddy
        case .all: .all
        }
    }

    /// Suspicions as in the paper: five times the probe interval and the logarithm of the cluster's size, and
    /// with health-aware suspicion up to six times that.
    func adjust(_ configuration: inout ProtocolConfiguration) {
        configuration.lifeguard = extensions
        configuration.suspicionMultiplier = 5
        configuration.suspicionMaximumMultiplier = extensions.contains(.suspicion) ? 6 : 1
    }
}
