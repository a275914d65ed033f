internal import CCares
internal import MemberlistWire

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// One query through c-ares, in a channel of its own: so that the system's files are read anew for each, and what has
/// changed in them is noticed. Of one thread, and to be closed.
final class DNSChannel {
    private static let isReady = ares_library_init(CInt(ARES_LIB_INIT_ALL)) == ARES_SUCCESS.code
    /// What `ares_getsock` has room for.
    private static let mostSockets = 16

    private let query: DNSQuery
    private var channel: ares_channel?
    /// Once it is known.
    private(set) var result: Result<DNSAnswer, DNSFailure>?

    init(_ query: DNSQuery, settings: MemberlistConfiguration.DNS) throws(DNSFailure) {
        self.query = query
        guard Self.isReady else { throw .noAnswer("the resolver library does not start") }
        try open(settings)
    }

    /// The library calls back for what is under way before it frees itself; never called twice to any effect.
    func close() {
        guard let channel else { return }
        // Both of a host's queries end so; a channel that is destroyed under them would touch the first one's memory
        // for the second in c-ares up to 1.18.
        ares_cancel(channel)
        ares_destroy(channel)
        self.channel = nil
    }

    // MARK: Asking

    private func open(_ settings: MemberlistConfiguration.DNS) throws(DNSFailure) {
        // The library takes a file that is not there for an empty one, and asks this machine.
        if let path = settings.resolvConf, access(path, R_OK) != 0 {
            throw .noAnswer("\(path.printable) cannot be read: \(String(cString: strerror(errno)))")
        }
        var options = ares_options()
        var mask = ARES_OPT_TIMEOUTMS.code | ARES_OPT_TRIES.code
        options.timeout = CInt(clamping: settings.timeout.wholeNanoseconds / 1_000_000)
        options.tries = CInt(clamping: settings.tries)
        if !query.searches || settings.searchDomains?.isEmpty == true {
            options.flags = ARES_FLAG_NOSEARCH.code
            mask |= ARES_OPT_FLAGS.code
        }
        // The library copies all of these.
        var domains: [UnsafeMutablePointer<CChar>?] = (settings.searchDomains ?? []).map { strdup($0) }
        let path = settings.resolvConf.flatMap { strdup($0) }
        defer {
            for domain in domains { free(domain) }
            free(path)
        }
        if let path {
            options.resolvconf_path = path
            mask |= ARES_OPT_RESOLVCONF.code
        }
        let count = CInt(clamping: domains.count)
        let status = domains.withUnsafeMutableBufferPointer { domains in
            if count > 0 {
                options.domains = domains.baseAddress
                options.ndomains = count
                mask |= ARES_OPT_DOMAINS.code
            }
            return ares_init_options(&channel, &options, mask)
        }
        guard status == ARES_SUCCESS.code, let channel else { throw Self.failure(status) }
        let servers = DNSServers(settings.servers)
        guard servers.apply(to: channel) == ARES_SUCCESS.code else {
            close()
            throw .noAnswer("the name servers of the configuration cannot be used")
        }
    }

    /// Sends the query. The result may stand at once: the hosts file has it.
    func start() {
        guard let channel else { return }
        let own = Unmanaged.passUnretained(self).toOpaque()
        switch query.kind {
        case .addresses:
            var hints = ares_addrinfo_hints()
            hints.ai_family = AF_UNSPEC
            hints.ai_flags = ARES_AI_NOSORT.code
            ares_getaddrinfo(channel, query.name, nil, &hints, Self.addressesFound, own)
        case .services:
            let (internet, service): (CInt, CInt) = (1, 33)
            ares_search(channel, query.name, internet, service, Self.servicesFound, own)
        }
    }

    private static let addressesFound: ares_addrinfo_callback = { own, status, _, info in
        defer { if let info { ares_freeaddrinfo(info) } }
        guard let own else { return }
        let channel = Unmanaged<DNSChannel>.fromOpaque(own).takeUnretainedValue()
        guard status == ARES_SUCCESS.code else { return channel.finish(.failure(failure(status))) }
        channel.finish(.success(.addresses(addresses(in: info))))
    }

    private static let servicesFound: ares_callback = { own, status, _, bytes, count in
        guard let own else { return }
        let channel = Unmanaged<DNSChannel>.fromOpaque(own).takeUnretainedValue()
        guard status == ARES_SUCCESS.code else { return channel.finish(.failure(failure(status))) }
        var list: UnsafeMutablePointer<ares_srv_reply>?
        let parsed = ares_parse_srv_reply(bytes, count, &list)
        defer { ares_free_data(list) }
        guard parsed == ARES_SUCCESS.code else { return channel.finish(.failure(failure(parsed))) }
        channel.finish(.success(.services(services(in: list))))
    }

    private func finish(_ result: Result<DNSAnswer, DNSFailure>) {
        if self.result == nil { self.result = result }
    }

    // MARK: Answers, from a network that may say anything

    private static func addresses(in info: UnsafeMutablePointer<ares_addrinfo>?) -> [IPAddress] {
        var found: [IPAddress] = []
        var seen: Set<IPAddress> = []
        var next = info?.pointee.nodes
        while let node = next, found.count < Limits.hostAddresses {
            next = node.pointee.ai_next
            guard let raw = node.pointee.ai_addr, let address = Endpoint(raw, port: 0)?.address,
                !address.isUnspecified, seen.insert(address).inserted
            else { continue }
            found.append(address)
        }
        return found
    }

    private static func services(in list: UnsafeMutablePointer<ares_srv_reply>?) -> [ServiceRecord] {
        var found: [ServiceRecord] = []
        var next = list
        while let record = next, found.count < Limits.serviceRecords {
            next = record.pointee.next
            let target = record.pointee.host.map { String(cString: $0) } ?? ""
            // A root, or nothing, for a target: the service is said not to be there.
            guard !target.isEmpty, target != ".", record.pointee.port > 0 else { continue }
            found.append(
                ServiceRecord(
                    target: target,
                    port: record.pointee.port,
                    priority: record.pointee.priority,
                    weight: record.pointee.weight
                )
            )
        }
        return found
    }

    private static func failure(_ status: CInt) -> DNSFailure {
        switch status {
        case ARES_ENOTFOUND.code, ARES_ENODATA.code, ARES_ENONAME.code: .notFound
        case ARES_ECANCELLED.code, ARES_EDESTRUCTION.code: .cancelled
        default: .noAnswer(String(cString: ares_strerror(status)))
        }
    }

    // MARK: Sockets and timers

    /// What to wait for.
    var sockets: [pollfd] {
        guard let channel else { return [] }
        var descriptors = [ares_socket_t](repeating: 0, count: Self.mostSockets)
        let bits = UInt32(bitPattern: ares_getsock(channel, &descriptors, CInt(Self.mostSockets)))
        return descriptors.indices.compactMap { index in
            var events: Int16 = 0
            if bits & 1 << UInt32(index) != 0 { events |= Int16(POLLIN) }
            if bits & 1 << UInt32(index + Self.mostSockets) != 0 { events |= Int16(POLLOUT) }
            return events == 0 ? nil : pollfd(fd: descriptors[index], events: events, revents: 0)
        }
    }

    /// Milliseconds until the library wants to look again, at most those given.
    func patience(atMost milliseconds: Int) -> Int {
        guard let channel else { return milliseconds }
        var wait = timeval()
        guard ares_timeout(channel, nil, &wait) != nil else { return milliseconds }
        // Rounded up, or it would look many times in the last one.
        return min(milliseconds, Int(wait.tv_sec) * 1_000 + Int(wait.tv_usec) / 1_000 + 1)
    }

    func process(_ polled: ArraySlice<pollfd>) {
        guard let channel else { return }
        for socket in polled where socket.revents != 0 {
            let isReadable = socket.revents & Int16(POLLIN | POLLERR | POLLHUP) != 0
            let isWritable = socket.revents & Int16(POLLOUT) != 0
            ares_process_fd(
                channel,
                isReadable ? socket.fd : Self.noSocket,
                isWritable ? socket.fd : Self.noSocket
            )
        }
        // Timers alone.
        ares_process_fd(channel, Self.noSocket, Self.noSocket)
    }

    private static let noSocket: ares_socket_t = -1
}

extension BinaryInteger {
    /// The library's macros come as integers of several kinds.
    var code: CInt { CInt(truncatingIfNeeded: self) }
}
