import CKeyringHarness
import Foundation
import Memberlist

/// The modes of this program, each in a file. What it finds goes to standard output, as `name value` pairs.
enum Harness {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static func run(_ arguments: [String]) throws {
        switch (arguments.first, arguments.count) {
        case ("kill", 3): try KillMode(folder: arguments[1], goal: Int(arguments[2]) ?? 0).run()
        case ("disk", 2): try DiskMode(folder: arguments[1]).run()
        case ("memory", 3): try MemoryMode(folder: arguments[1], bytes: Int(arguments[2]) ?? 0).run()
        case ("unlocked", 2...):
            let words = arguments.dropFirst().map { strdup($0) } + [nil]
            _ = words.withUnsafeBufferPointer { harness_exec_unlocked($0.baseAddress) }
            throw Failure(description: "\(arguments[1]): \(String(cString: strerror(errno)))")
        default: throw Failure(description: "unknown mode")
        }
    }
}

/// A closure for a child.
final class Body {
    let run: () -> Int32

    init(_ run: @escaping () -> Int32) { self.run = run }

    var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    static let call: harness_body = { context in
        guard let context else { return 99 }
        return Unmanaged<Body>.fromOpaque(context).takeUnretainedValue().run()
    }
}
