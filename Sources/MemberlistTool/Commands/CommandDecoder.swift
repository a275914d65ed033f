import Memberlist

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reads one line as a command: `{"command":"ping","name":"web-1","id":7}`.
enum CommandDecoder {
    static func decode(_ line: [UInt8]) throws(CommandFault) -> Command {
        guard String(validating: line, as: UTF8.self) != nil else {
            throw CommandFault(message: "the line is not UTF-8")
        }
        do {
            return try JSONDecoder().decode(Body.self, from: Data(line)).command.get()
        } catch let fault as CommandFault {
            throw fault
        } catch DecodingError.typeMismatch {
            throw CommandFault(message: "the line is not a JSON object")
        } catch {
            throw CommandFault(message: "the line is not JSON")
        }
    }

    /// Keeps the fault as a value, so that the id is not lost with it.
    private struct Body: Decodable {
        let command: Result<Command, CommandFault>

        init(from decoder: any Decoder) throws {
            let fields = CommandFields(try decoder.container(keyedBy: CommandFields.Key.self))
            var fault = CommandFault(message: "")
            do {
                fault.id = try fields.id()
                let word = try fields.word()
                fault.word = word
                command = .success(Command(id: fault.id, request: try fields.request(word)))
            } catch {
                fault.message = error.message
                command = .failure(fault)
            }
        }
    }
}

/// The members of a command's JSON object, each with words for what may be wrong with it.
struct CommandFields {
    enum Key: String, CodingKey {
        case id, command, addresses, to, payload, payloadBase64, reliable, meta, metaBase64, name
    }

    /// What is wrong, for the person who wrote the line.
    struct Fault: Error, Hashable {
        let message: String
    }

    private let container: KeyedDecodingContainer<Key>

    init(_ container: KeyedDecodingContainer<Key>) {
        self.container = container
    }

    func id() throws(Fault) -> JSONScalar? {
        guard container.contains(.id) else { return nil }
        do {
            return try container.decode(JSONScalar.self, forKey: .id)
        } catch {
            throw Fault(message: "'id' must be a text, a number, true, false or null")
        }
    }

    func word() throws(Fault) -> CommandRequest.Word {
        let text = try required(String.self, .command, "the name of a command as text")
        guard let word = CommandRequest.Word(rawValue: text) else {
            let known = CommandRequest.Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw Fault(message: "no such command; the commands are \(known)")
        }
        return word
    }

    func request(_ word: CommandRequest.Word) throws(Fault) -> CommandRequest {
        switch word {
        case .join: .join(try addresses())
        case .send:
            .send(
                to: try nodeName(.to),
                payload: try bytes(text: .payload, base64: .payloadBase64),
                reliable: try optional(Bool.self, .reliable, "true or false") ?? false
            )
        case .broadcast: .broadcast(try bytes(text: .payload, base64: .payloadBase64))
        case .update: .update(meta: try bytes(text: .meta, base64: .metaBase64))
        case .ping: .ping(try nodeName(.name))
        case .members: .members
        case .health: .health
        case .keys: .keys
        case .rollout: .rollout
        case .leave: .leave
        }
    }
}

extension CommandFields {
    private func addresses() throws(Fault) -> [String] {
        let texts = try required([String].self, .addresses, "an array of addresses as text")
        guard !texts.isEmpty else { throw Fault(message: "'addresses' names nobody") }
        for (index, text) in texts.enumerated() {
            do {
                _ = try JoinAddress(text)
            } catch {
                throw Fault(message: "address \(index + 1) does not parse: \(error)")
            }
        }
        return texts
    }

    private func nodeName(_ key: Key) throws(Fault) -> NodeName {
        let text = try required(String.self, key, "the name of a member as text")
        guard !text.isEmpty else { throw Fault(message: "'\(key.rawValue)' is empty; it names a member") }
        return NodeName(text)
    }

    private func bytes(text: Key, base64: Key) throws(Fault) -> [UInt8] {
        guard container.contains(base64) else {
            return Array(try required(String.self, text, "text, or '\(base64.rawValue)' given").utf8)
        }
        guard !container.contains(text) else {
            throw Fault(message: "'\(text.rawValue)' and '\(base64.rawValue)' are given both; give one")
        }
        let encoded = try required(String.self, base64, "base64 as text")
        guard let data = Data(base64Encoded: encoded) else {
            throw Fault(message: "'\(base64.rawValue)' is not base64")
        }
        return Array(data)
    }

    private func required<Value: Decodable>(
        _ type: Value.Type,
        _ key: Key,
        _ wanted: String
    ) throws(Fault) -> Value {
        guard let value = try optional(type, key, wanted) else {
            throw Fault(message: "'\(key.rawValue)' is missing; it must be \(wanted)")
        }
        return value
    }

    private func optional<Value: Decodable>(
        _ type: Value.Type,
        _ key: Key,
        _ wanted: String
    ) throws(Fault) -> Value? {
        guard container.contains(key) else { return nil }
        do {
            return try container.decode(type, forKey: key)
        } catch {
            throw Fault(message: "'\(key.rawValue)' must be \(wanted)")
        }
    }
}
