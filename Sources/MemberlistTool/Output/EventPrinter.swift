import Dispatch
import Logging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Puts events on standard output, one whole line each, in the order in which they were given.
final class EventPrinter: Sendable {
    enum Format: String, Sendable, CaseIterable {
        case text, json
    }

    private let format: Format
    private let stream: StandardStream
    private let logger: Logger
    private let queue = DispatchQueue(label: "memberlist.output")
    /// Touched on the queue alone.
    nonisolated(unsafe) private var isBroken = false

    init(format: Format, stream: StandardStream = .output, logger: Logger) {
        self.format = format
        self.stream = stream
        self.logger = logger
    }

    /// Returns once the line is written. A reader that does not read holds up whoever prints, and nobody else.
    func print(_ event: AgentEvent) async {
        await withCheckedContinuation { done in
            queue.async {
                self.write(event)
                done.resume()
            }
        }
    }

    private func write(_ event: AgentEvent) {
        guard !isBroken else { return }
        let now = Date()
        let line =
            switch format {
            case .text: EventText.line(event, at: now)
            case .json: EventJSON.line(event, at: now)
            }
        guard let line else {
            return logger.error("an event could not be written", metadata: ["event": "\(event.word)"])
        }
        do {
            try stream.write(line: line)
        } catch {
            isBroken = true
            logger.error(
                "standard output cannot be written any more; the agent goes on without it",
                metadata: ["error": "\(error)"]
            )
        }
    }
}
