internal import Logging
internal import MemberlistCore
internal import MemberlistWire
internal import NIOCore

/// Brings a node up, step by step; where one step fails, those before it are undone.
struct NodeStarter {
    let configuration: MemberlistConfiguration
    let delegate: (any MemberlistDelegate)?
    /// Nil: sockets.
    let transport: (any MemberlistTransport)?
    let logger: Logger
    let group: any EventLoopGroup

    func start() async throws -> RunningNode {
        let layers = try LayerSettings(configuration)
        var logger = logger
        logger[metadataKey: "node"] = "\(configuration.name.description.printable)"
        let metrics = NodeMetrics.shared(labels: configuration.metrics.labels)
        let shared = NodeShared(
            configuration: configuration,
            layers: layers,
            log: NodeLog(logger, suppressed: metrics.linesSuppressed),
            metrics: metrics
        )
        let loop = group.next()
        // One other loop for all of this node's streams, so that a large state delays no probe.
        let streamLoop = group.makeIterator().filter { $0 !== loop }.randomElement() ?? loop
        let handle = DriverHandle(loop: loop)
        let room = try await streamLoop.submit {
            NIOLoopBound(StreamRoom(shared: shared, handle: handle, loop: streamLoop), eventLoop: streamLoop)
        }.get()

        let transport = try await transport(shared, handle, room)
        do {
            return try await assemble(
                shared: shared,
                handle: handle,
                transport: transport,
                dialer: StreamDialer(loop: streamLoop, room: room, connector: transport.connector)
            )
        } catch {
            try? await loop.submit {
                handle.driver?.stop()
                handle.driver = nil
            }.get()
            try? await streamLoop.flatSubmit { room.value.close() }.get()
            await transport.close()
            throw error
        }
    }

    private func transport(
        _ shared: NodeShared,
        _ handle: DriverHandle,
        _ room: NIOLoopBound<StreamRoom>
    ) async throws -> any NodeTransport {
        guard let transport else {
            let hosts = try await endpointsToBind(shared.resolver)
            return SocketTransport(hosts: hosts, shared: shared, handle: handle, room: room)
        }
        let reader = try await handle.loop.submit {
            NIOLoopBound(DatagramReader(handle: handle, shared: shared), eventLoop: handle.loop)
        }.get()
        return CustomTransport(transport, reader: reader, room: room, shared: shared)
    }

    private func assemble(
        shared: NodeShared,
        handle: DriverHandle,
        transport: any NodeTransport,
        dialer: StreamDialer
    ) async throws -> RunningNode {
        let bound = try await transport.bind()
        let endpoint = try await advertised(bound, transport, shared.resolver)
        let hooks = HookRunner(
            delegate: delegate,
            depth: configuration.hookQueue,
            log: shared.log,
            metrics: shared.metrics
        )
        let core = GossipProtocol(
            configuration: try await withMetadata(from: hooks).protocolConfiguration(
                endpoint: endpoint,
                layers: shared.layers,
                asksAlive: delegate?.decidesOnAlive ?? false,
                asksMerge: delegate?.decidesOnMerge ?? false
            ),
            seed: UInt64.random(in: .min ... .max),
            at: .now
        )
        let snapshot = NodeSnapshot(localMember: core.localMember)
        try await handle.loop.submit {
            handle.driver = ProtocolDriver(
                core: core,
                shared: shared,
                handle: handle,
                hooks: hooks,
                dialer: dialer,
                snapshot: snapshot,
                sender: try transport.sender()
            )
        }.get()
        try await transport.open()
        let node = RunningNode(
            shared: shared,
            handle: handle,
            hooks: hooks,
            snapshot: snapshot,
            bound: bound,
            transport: transport,
            dialer: dialer
        )
        handle.submit { driver in
            driver.owner = node
            driver.start()
        }
        node.startSeeking()
        shared.log.info(.lifecycle, "node is up", ["bound": "\(bound)", "advertised": "\(endpoint)"])
        return node
    }

    /// The configuration, with what the delegate says of this node where it does.
    private func withMetadata(from hooks: HookRunner) async throws -> MemberlistConfiguration {
        let limit = configuration.metaLimit
        let answer = await hooks.answer(within: configuration.hookTimeout) { await $0.metadata(limit: limit) }
        guard let answer, let meta = answer else { return configuration }
        guard meta.count <= limit else { throw MemberlistError.metaTooLong(size: meta.count, limit: limit) }
        var changed = configuration
        changed.meta = meta
        return changed
    }

    private func endpointsToBind(_ resolver: Resolver) async throws -> [Endpoint] {
        var endpoints: [Endpoint] = []
        for host in configuration.bindHosts {
            do {
                let port = UInt16(clamping: configuration.bindPort)
                endpoints.append(Endpoint(address: try await addresses(of: host, resolver)[0], port: port))
            } catch MemberlistError.noAddress(let reason) {
                // Advertising another address would not help.
                throw MemberlistError.bindFailed(reason)
            }
        }
        return endpoints
    }

    private func advertised(
        _ bound: Endpoint,
        _ transport: any NodeTransport,
        _ resolver: Resolver
    ) async throws -> Endpoint {
        let port = configuration.advertisePort.map { UInt16(clamping: $0) } ?? bound.port
        guard let host = configuration.advertiseHost else {
            return Endpoint(address: AdvertiseAddress.choose(bound: bound.address), port: port)
        }
        let found = try await addresses(of: host, resolver)
        guard let address = AdvertiseAddress.choose(among: found, of: host, reached: transport.reaches) else {
            throw MemberlistError.noAddress(
                "the host name \"\(host)\" has no address of the family that this node listens with; listen on :: for both"
            )
        }
        return Endpoint(address: address, port: port)
    }

    /// One at least.
    private func addresses(of host: String, _ resolver: Resolver) async throws -> [IPAddress] {
        guard let text = try? AddressText(joining: host), text.port == nil else {
            throw MemberlistError.noAddress("\"\(host)\" is neither an address nor a host name")
        }
        do {
            return try await resolver.addresses(of: text.host, until: .after(configuration.joinTimeout))
        } catch {
            guard let failure = error as? DNSFailure, failure != .cancelled else { throw CancellationError() }
            throw MemberlistError.noAddress("the host name \"\(host)\" has no address: \(failure.joinError)")
        }
    }
}
