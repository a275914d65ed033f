import FuzzTargets

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// libFuzzer's program: one for all targets, of which `FUZZ_TARGET` names one. `FUZZ_SEEDS` names a folder that is
/// filled with the target's seeds instead; without a target all are listed, each with its longest input.
private enum Chosen {
    static let target: FuzzTarget? = variable("FUZZ_TARGET").flatMap(FuzzTarget.named)

    static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}

@_cdecl("LLVMFuzzerInitialize")
public func initialize(
    _ count: UnsafeMutablePointer<CInt>?,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?
) -> CInt {
    guard let target = Chosen.target else {
        for target in FuzzTarget.all { print(target.name, target.longestInput) }
        end(0)
    }
    guard let folder = Chosen.variable("FUZZ_SEEDS") else { return 0 }
    do {
        for (index, seed) in try target.seeds().enumerated() { save(seed, to: "\(folder)/\(index)") }
        end(0)
    } catch {
        print("fuzz: no seeds of \(target.name): \(error)")
        end(1)
    }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    do {
        try Chosen.target?.run(input)
    } catch {
        let word = "fuzz: \(error)\n"
        _ = write(STDERR_FILENO, word, word.utf8.count)
        abort()
    }
    return 0
}

private func save(_ bytes: [UInt8], to path: String) {
    guard let file = fopen(path, "w") else {
        print("fuzz: cannot write \(path)")
        end(1)
    }
    bytes.withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, file) }
    fclose(file)
}

/// Ends without a word of libFuzzer's, which takes any other end for a finding.
private func end(_ code: CInt) -> Never {
    fflush(nil)
    _exit(code)
}
