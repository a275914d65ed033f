/// Which dialects of the wire a node speaks: HashiCorp's, which every member of a Serf or Consul cluster
/// understands, and this project's stronger native one.
public enum WirePolicy: String, Sendable, Hashable, CaseIterable {
    /// Native towards members that say they understand it, HashiCorp's towards all others. No setting needs to
    /// change while a cluster moves from one to the other.
    case automatic
    /// HashiCorp's alone is spoken, and nothing else announced. Native frames are still read, so that none is
    /// lost while peers that knew this node otherwise have not heard.
    case hashicorp
    /// Native alone; what comes in HashiCorp's dialect is refused.
    case native

    /// What a node of this policy says that it understands.
    package var capabilities: Capabilities { self == .hashicorp ? [] : .all }
}
