internal import Logging
internal import MemberlistCore
internal import MemberlistWire
internal import NIOCore
internal import NIOPosix

/// Brings a node up, step by step; where one step fails, those before it are undone.
struct NodeStarter {
    let configuration: MemberlistConfiguration
    let delegate: (any MemberlistDelegate)?
    let logger: Logger
    let group: any EventLoopGroup

    func start() async throws -> RunningNode {
        let layers = try LayerSettings(configuration)
        var logger = logger
        logger[metadataKey: "node"] = "\(configuration.name.description.printable)"
        let shared = NodeShared(configuration: configuration, layers: layers, log: NodeLog(logger))
        let loop = group.next()
        // One other loop for all of this node's streams, so that a large state delays no probe.
        let streamLoop = group.makeIterator().filter { $0 !== loop }.randomElement() ?? loop
        let handle = DriverHandle(loop: loop)
        let room = try await streamLoop.submit {
            NIOLoopBound(StreamRoom(shared: shared, handle: handle), eventLoop: streamLoop)
        }.get()

        let bindEndpoint = try await endpointToBind(shared.resolver)
        let ports = try await PortPair.bind(bindEndpoint, on: loop, children: streamLoop) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(InboundStreamHandler(room: room.value))
            }
        }
        let server = ports.server
        let bound = ports.bound
        let box = NIOLoopBoundBox.makeBoxSendingValue(
            Optional(ports.socket),
            as: DatagramSocket?.self,
            eventLoop: loop
        )
        do {
            return try await assemble(
                shared: shared,
                handle: handle,
                bound: bound,
                server: server,
                socket: box,
                dialer: StreamDialer(loop: streamLoop, room: room)
            )
        } catch {
            try? await server.close()
            try? await loop.submit {
                handle.driver?.stop()
                handle.driver = nil
                box.value?.closeBoth()
            }.get()
            throw error
        }
    }

    private func assemble(
        shared: NodeShared,
        handle: DriverHandle,
        bound: Endpoint,
        server: any Channel,
        socket: NIOLoopBoundBox<DatagramSocket?>,
        dialer: StreamDialer
    ) async throws -> RunningNode {
        let endpoint = try await advertised(bound, shared.resolver)
        let core = GossipProtocol(
            configuration: configuration.protocolConfiguration(
                endpoint: endpoint,
                layers: shared.layers,
                asksAlive: delegate?.decidesOnAlive ?? false,
                asksMerge: delegate?.decidesOnMerge ?? false
            ),
            seed: UInt64.random(in: .min ... .max),
            at: .now
        )
        let snapshot = NodeSnapshot(localMember: core.localMember)
        let hooks = HookRunner(delegate: delegate, log: shared.log)
        let descriptor = try await handle.loop.submit { () throws -> CInt in
            guard let socket = socket.value else { throw MemberlistError.shutDown }
            handle.driver = ProtocolDriver(
                core: core,
                shared: shared,
                handle: handle,
                hooks: hooks,
                dialer: dialer,
                snapshot: snapshot,
                socket: socket
            )
            return socket.readDescriptor
        }.get()
        let datagrams = try await PortPair.open(descriptor, on: handle.loop) { channel in
            channel.eventLoop.makeCompletedFuture {
                // From here on NIO closes the descriptor.
                socket.value = nil
                try channel.pipeline.syncOperations.addHandler(
                    DatagramHandler(handle: handle, shared: shared)
                )
            }
        }
        do {
            try await server.setOption(.autoRead, value: true).get()
        } catch {
            try? await datagrams.close()
            throw error
        }
        let node = RunningNode(
            shared: shared,
            handle: handle,
            hooks: hooks,
            snapshot: snapshot,
            bound: bound,
            server: server,
            datagrams: datagrams,
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

    private func endpointToBind(_ resolver: Resolver) async throws -> Endpoint {
        do {
            return Endpoint(
                address: try await addresses(of: configuration.bindHost, resolver)[0],
                port: UInt16(clamping: configuration.bindPort)
            )
        } catch MemberlistError.noAddress(let reason) {
            // Advertising another address would not help.
            throw MemberlistError.bindFailed(reason)
        }
    }

    private func advertised(_ bound: Endpoint, _ resolver: Resolver) async throws -> Endpoint {
        let port = configuration.advertisePort.map { UInt16(clamping: $0) } ?? bound.port
        guard let host = configuration.advertiseHost else {
            return Endpoint(address: AdvertiseAddress.choose(bound: bound.address), port: port)
        }
        let found = try await addresses(of: host, resolver)
        guard let address = AdvertiseAddress.choose(among: found, of: host, bound: bound.address) else {
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
