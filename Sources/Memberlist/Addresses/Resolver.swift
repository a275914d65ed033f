internal import MemberlistWire
internal import NIOCore
internal import NIOPosix

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Host names to addresses, by the system's resolver, which blocks: it runs on NIO's threads for that.
enum Resolver {
    /// Every address of the host once, in the system's order; none where it is unknown.
    static func endpoints(
        of host: AddressText.Host,
        port: UInt16,
        completing promise: EventLoopPromise<[Endpoint]>
    ) {
        switch host {
        case .address(let address):
            promise.succeed([Endpoint(address: address, port: port)])
        case .name(let name):
            NIOThreadPool.singleton.submit { state in
                guard case .active = state else { return promise.succeed([]) }
                promise.succeed(lookUp(name, port: port))
            }
        }
    }

    private static func lookUp(_ name: String, port: UInt16) -> [Endpoint] {
        var hints = addrinfo()
        hints.ai_socktype = streamType
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [Endpoint] = []
        for entry in sequence(first: list, next: { $0?.pointee.ai_next }) {
            guard let address = entry?.pointee.ai_addr, let endpoint = Endpoint(address, port: port),
                !found.contains(endpoint)
            else { continue }
            found.append(endpoint)
        }
        return found
    }

    private static var streamType: CInt {
        #if canImport(Glibc)
        CInt(SOCK_STREAM.rawValue)
        #else
        SOCK_STREAM
        #endif
    }
}
