/// One entry point for bytes from outside, and what must hold whatever the bytes are. libFuzzer runs it with bytes
/// that it makes up, the tests with the fixtures and with what the fuzzer once found.
package struct FuzzTarget: Sendable {
    package let name: String
    /// Longer inputs show nothing that shorter ones do not.
    package let longestInput: Int
    /// Runs one input. Throws ``FuzzFailure`` where a rule is broken.
    package let run: @Sendable (_ input: [UInt8]) throws -> Void
    /// Inputs to begin with, made from the fixtures.
    package let seeds: @Sendable () throws -> [[UInt8]]

    package init(
        _ name: String,
        longestInput: Int,
        seeds: @escaping @Sendable () throws -> [[UInt8]],
        run: @escaping @Sendable (_ input: [UInt8]) throws -> Void
    ) {
        self.name = name
        self.longestInput = longestInput
        self.seeds = seeds
        self.run = run
    }

    package static let all: [FuzzTarget] = [
        datagram, datagramKeyed, stream, streamKeyed, label, messages, compound, lzw, inflate, frameHashicorp,
        frameNative, keyringFile, configuration, settings, scenario, core,
    ]

    package static func named(_ name: String) -> FuzzTarget? {
        all.first { $0.name == name }
    }
}

/// A rule that an input broke.
package struct FuzzFailure: Error, CustomStringConvertible {
    package let description: String
}

/// Breaks the run where the condition does not hold.
func require(_ holds: Bool, _ rule: @autoclosure () -> String) throws {
    guard holds else { throw FuzzFailure(description: rule()) }
}

/// What a call that may refuse its input gave: comparable, so that two ways to one answer can be held together.
enum Outcome<Value: Equatable, Failure: Error & Equatable>: Equatable {
    case value(Value)
    case refused(Failure)

    init(_ body: () throws(Failure) -> Value) {
        do throws(Failure) {
            self = .value(try body())
        } catch {
            self = .refused(error)
        }
    }

    var value: Value? {
        if case .value(let value) = self { value } else { nil }
    }
}
