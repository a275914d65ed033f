import Dispatch
import Memberlist

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// All addresses of a name, from the operating system. A task that is cancelled does not wait for it.
enum HostResolver {
    struct Failure: Error, Hashable, CustomStringConvertible {
        let description: String
    }

    static func addresses(of host: String) async throws -> [IPAddress] {
        if let address = IPAddress(host) { return [address] }
        let (answers, continuation) = AsyncStream.makeStream(of: Result<[IPAddress], Failure>.self)
        DispatchQueue.global().async {
            continuation.yield(Result { () throws(Failure) in try resolve(host) })
            continuation.finish()
        }
        for await answer in answers { return try answer.get() }
        throw CancellationError()
    }

    private static func resolve(_ host: String) throws(Failure) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        // One kind of socket, or each address comes once for each kind.
        hints.ai_protocol = Int32(IPPROTO_TCP)
        var first: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &first)
        guard status == 0 else { throw Failure(description: String(cString: gai_strerror(status))) }
        defer { freeaddrinfo(first) }
        let infos = sequence(first: first, next: { $0?.pointee.ai_next }).prefix { $0 != nil }
        return infos.compactMap { $0?.pointee }.compactMap(address)
    }

    private static func address(_ info: addrinfo) -> IPAddress? {
        guard let raw = UnsafeRawPointer(info.ai_addr) else { return nil }
        switch info.ai_family {
        case AF_INET:
            var address = raw.loadUnaligned(as: sockaddr_in.self).sin_addr
            return withUnsafeBytes(of: &address) { IPAddress(bytes: $0) }
        case AF_INET6:
            var address = raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            return withUnsafeBytes(of: &address) { IPAddress(bytes: $0) }
        default:
            return nil
        }
    }
}
