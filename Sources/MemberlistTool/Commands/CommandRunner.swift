import Memberlist

/// Carries commands out and prints their answers.
struct CommandRunner: Sendable {
    private static let joinTimeout: Duration = .seconds(10)
    private static let leaveTimeout: Duration = .seconds(3)

    let node: Memberlist
    let printer: EventPrinter
    let presence: Presence

    /// Until the input ends. What waits for the network does not hold up the lines behind it.
    func run(_ input: StandardInput) async {
        await withDiscardingTaskGroup { group in
            for await line in input.lines {
                let cost = line.cost
                switch Self.command(line) {
                case .success(let command) where command.request.waitsForNetwork:
                    group.addTask {
                        await printer.print(answer(command))
                        input.finishedLine(cost: cost)
                    }
                    continue
                case .success(let command): await printer.print(answer(command))
                case .failure(let fault): await printer.print(.error(fault))
                }
                input.finishedLine(cost: cost)
            }
        }
    }

    private static func command(_ line: LineSplitter.Line) -> Result<Command, CommandFault> {
        switch line {
        case .tooLong:
            .failure(CommandFault(message: "the line is longer than \(LineSplitter.longest) bytes"))
        case .whole(let bytes):
            Result { () throws(CommandFault) in try CommandDecoder.decode(bytes) }
        }
    }

    private func answer(_ command: Command) async -> AgentEvent {
        if command.request == .members { return .members(node.sortedMembers, id: command.id) }
        let word = command.request.word
        do {
            let detail = try await carryOut(command.request)
            return .result(CommandResult(id: command.id, word: word, detail: detail))
        } catch {
            return .error(CommandFault(id: command.id, word: word, message: "\(error)"))
        }
    }

    private func carryOut(_ request: CommandRequest) async throws -> CommandResult.Detail {
        switch request {
        case .join(let addresses): return .join(await join(addresses))
        case .send(let name, let payload, reliable: true): try await node.sendReliably(payload, to: name)
        case .send(let name, let payload, reliable: false): try await node.send(payload, to: name)
        case .broadcast(let payload): try await node.broadcast(payload)
        case .update(let meta): try await node.updateMeta(meta)
        case .ping(let name): return .ping(milliseconds: Self.milliseconds(try await node.ping(name)))
        case .health: return .health(score: node.healthScore)
        case .keys:
            guard let keyring = node.keyring else { throw NoKeyring() }
            return .keys(keyring.usage)
        case .rollout: return .rollout(node.permissiveTraffic)
        case .members: break
        case .leave:
            presence.hasLeft = true
            let outcome = try await node.leave(timeout: Self.leaveTimeout)
            return .leave(told: outcome.told, heard: outcome.heard)
        }
        return .none
    }

    private func join(_ addresses: [String]) async -> [CommandResult.Join] {
        presence.hasLeft = false
        return await node.join(addresses, timeout: Self.joinTimeout).map { result in
            switch result.outcome {
            case .success(let count): .init(address: result.address, outcome: .members(count))
            case .failure(let error): .init(address: result.address, outcome: .failed("\(error)"))
            }
        }
    }

    /// To the microsecond.
    private static func milliseconds(_ duration: Duration) -> Double {
        (duration / .microseconds(1)).rounded() / 1_000
    }
}

/// Keys were asked for where the traffic is plain.
private struct NoKeyring: Error, CustomStringConvertible {
    let description = "this member has no keyring: its traffic is plain"
}

extension CommandRequest {
    fileprivate var waitsForNetwork: Bool {
        switch self {
        case .join, .ping, .leave, .send(_, _, reliable: true): true
        case .send, .broadcast, .update, .members, .health, .keys, .rollout: false
        }
    }
}
