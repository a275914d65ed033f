import Dispatch
import Logging
import Memberlist
import UnixSignals

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One member, from its start to its end: whoever prints, joins and obeys is started and stopped here.
struct Agent {
    /// How long the word that this node leaves may take. With what follows it stays below five seconds.
    private static let leaveTimeout: Duration = .seconds(3)
    private static let longestEnd: DispatchTimeInterval = .milliseconds(4_500)

    let plan: AgentPlan
    let logger: Logger

    func run() async throws {
        // Before the ports are bound, so that no signal finds the default action in its place.
        var signals = await UnixSignalsSequence(trapping: trapped).makeAsyncIterator()
        let node = try await start()
        let events = node.events
        let printer = EventPrinter(format: plan.format, logger: logger)
        let presence = Presence()
        await printer.print(.ready(name: node.localMember.name, address: node.localMember.endpoint))

        async let watching: Void = EventWatch(node: node, printer: printer, logger: logger).run(events)
        await withDiscardingTaskGroup { group in
            addWorkers(to: &group, node: node, printer: printer, presence: presence)
            signals: while let signal = await signals.next() {
                switch signal {
                case .sigusr1: group.addTask { await printer.print(.members(node.sortedMembers, id: nil)) }
                case .sighup: group.addTask { await reloadKeys(of: node, printer: printer) }
                default: break signals
                }
            }
            armEnd()
            // Not of the group: it listens until the process is gone, whatever the others wait for.
            Task { await Self.endAtNextSignal() }
            if !presence.hasLeft { await leave(node) }
            group.cancelAll()
        }
        await node.shutdown()
        await watching
    }

    /// A hang-up means the keyring file where there is one, and is left to do what it always does where there is none.
    private var trapped: [UnixSignal] {
        [.sigterm, .sigint, .sigusr1] + (plan.configuration.keyringFile == nil ? [] : [.sighup])
    }

    /// What cannot be used is told, and the node keeps the keys that it has.
    private func reloadKeys(of node: Memberlist, printer: EventPrinter) async {
        guard let keyring = node.keyring else { return }
        do {
            await printer.print(.keyring(try await keyring.reload()))
        } catch {
            logger.error("the keys stay as they were", metadata: ["reason": "\(error)"])
            await printer.print(.error(CommandFault(message: "the keys stay as they were: \(error)")))
        }
    }

    private func start() async throws(ToolError) -> Memberlist {
        do {
            return try await Memberlist.create(plan.configuration, logger: logger)
        } catch let error as ConfigurationError {
            throw .usage(error.message)
        } catch MemberlistError.bindFailed(let reason) {
            throw .environment(
                "cannot listen on \(plan.listening): \(reason); give --bind an address of this machine and a free port"
            )
        } catch MemberlistError.noAddress(let reason) {
            throw .environment("\(reason); say with --advertise where the others reach this member")
        } catch {
            throw .environment("cannot start on \(plan.listening): \(error)")
        }
    }

    private func addWorkers(
        to group: inout DiscardingTaskGroup,
        node: Memberlist,
        printer: EventPrinter,
        presence: Presence
    ) {
        if let pause = plan.printMembers {
            group.addTask {
                while (try? await Task.sleep(for: pause)) != nil {
                    await printer.print(.members(node.sortedMembers, id: nil))
                }
            }
        }
        if plan.readsCommands {
            let commands = CommandRunner(node: node, printer: printer, presence: presence)
            group.addTask { await commands.run(StandardInput()) }
        }
    }

    private func leave(_ node: Memberlist) async {
        let outcome = try? await node.leave(timeout: Self.leaveTimeout)
        logger.info(
            "left the cluster",
            metadata: ["told": "\(outcome?.told ?? 0)", "heard": "\(outcome?.heard ?? 0)"]
        )
    }

    /// Neither a peer nor a reader that does not read may keep this process.
    private func armEnd() {
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.longestEnd) { [logger] in
            logger.warning("the end took too long; exiting now")
            exit(ExitReport.Code.success.rawValue)
        }
    }

    private static func endAtNextSignal() async {
        for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
            exit(128 + signal.rawValue)
        }
    }
}

extension Memberlist {
    /// The members in an order that does not change from one look to the next.
    var sortedMembers: [Member] {
        members.sorted { $0.name < $1.name }
    }
}
