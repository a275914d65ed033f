/// Where addresses of members come from: asked again and again, for as long as the node runs. Give it to
/// ``MemberlistConfiguration/Discovery/sources``.
///
/// ``StaticDiscovery``, ``DNSDiscovery``, ``FileDiscovery`` and ``ClosureDiscovery`` are ready made. One of your own
/// asks a cloud's API, or a registry:
///
/// ```swift
/// struct Registry: MemberDiscovery {
///     func addresses() async throws -> [String] {
///         try await client.instances(of: "web").map { "\($0.name)/\($0.address):7946" }
///     }
/// }
/// ```
public protocol MemberDiscovery: Sendable {
    /// The addresses that members have now, in every form that ``Memberlist/join(_:timeout:)`` takes; this node's own may
    /// be among them. At most 1,024 are used.
    ///
    /// What it throws is logged, and what it last returned stands. It should heed its task's cancellation: until it
    /// returns it is not asked again.
    func addresses() async throws -> [String]

    /// Returns once ``addresses()`` would say something else, so that it is asked before its time; by default never. It
    /// ends when its task is cancelled.
    func waitForChange() async throws
}

extension MemberDiscovery {
    /// Until the task is cancelled.
    public func waitForChange() async throws {
        while true { try await Task.sleep(for: .seconds(3_600)) }
    }
}

/// A list that never changes. Names in it are looked up anew each time.
public struct StaticDiscovery: MemberDiscovery {
    private let list: [String]

    /// Addresses in the forms that ``Memberlist/join(_:timeout:)`` takes.
    public init(_ addresses: [String]) {
        list = addresses
    }

    public func addresses() async throws -> [String] { list }
}

/// The addresses of a name: of a host by all its A and AAAA records, as a Kubernetes headless service has them, or of a
/// service by its SRV records. Answers are not kept: each look asks the name server, whatever the records' time to live.
public struct DNSDiscovery: MemberDiscovery {
    private let address: String

    /// - Parameters:
    ///   - host: A name, or an address.
    ///   - port: Nil: this node's own.
    public init(host: String, port: UInt16? = nil) {
        address = AddressText(host: host, port: port).description
    }

    /// - Parameters:
    ///   - service: `_memberlist._tcp.example.org`, or any other name that has SRV records.
    ///   - port: In place of the records' ports; nil: theirs.
    public init(service: String, port: UInt16? = nil) {
        address = "srv+" + AddressText(host: service, port: port).description
    }

    public func addresses() async throws -> [String] { [address] }
}

/// Whatever a closure says.
public struct ClosureDiscovery: MemberDiscovery {
    private let find: @Sendable () async throws -> [String]

    /// - Parameter find: As ``MemberDiscovery/addresses()``.
    public init(_ find: @escaping @Sendable () async throws -> [String]) {
        self.find = find
    }

    public func addresses() async throws -> [String] { try await find() }
}
