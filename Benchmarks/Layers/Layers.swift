import Benchmark
import MemberlistWire
import SampleCluster

/// Each layer alone, over one datagram of gossip. A thousand are measured at once, and told as what one costs.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = Benchmark.Configuration(
        metrics: [.wallClock, .throughput],
        warmupIterations: 10,
        scalingFactor: .kilo,
        maxDuration: .seconds(2)
    )
    compression()
    encryption()
    coding()
}

/// Puts one input after another through a coder.
private func run(
    _ benchmark: Benchmark,
    _ inputs: [[UInt8]],
    _ code: (RawSpan, inout [UInt8]) throws -> Void
) rethrows {
    var output: [UInt8] = []
    for round in benchmark.scaledIterations {
        output.removeAll(keepingCapacity: true)
        let input = inputs[round % inputs.count]
        try code(input.span.bytes, &output)
    }
}

private func compression() {
    Benchmark("LZW, compress") { benchmark in
        var compressor = LZWCompressor()
        run(benchmark, Samples.payloads) { compressor.compress($0, into: &$1) }
    }
    Benchmark("LZW, decompress") { benchmark in
        var decompressor = LZWDecompressor()
        try run(benchmark, Samples.lzw) {
            try decompressor.decompress($0, limit: Limits.datagramBody, into: &$1)
        }
    }
    Benchmark("deflate, compress") { benchmark in
        var compressor = DeflateCompressor(windowBits: 12)
        run(benchmark, Samples.payloads) { compressor.compress($0, into: &$1) }
    }
    Benchmark("deflate, decompress") { benchmark in
        var decompressor = DeflateDecompressor()
        try run(benchmark, Samples.deflated) {
            try decompressor.decompress($0, limit: Limits.datagramBody, into: &$1)
        }
    }
}

private func encryption() {
    Benchmark("AES-256-GCM, seal") { benchmark in
        let (ring, payload) = (Samples.ring, Samples.payloads[0])
        var output: [UInt8] = []
        for _ in benchmark.scaledIterations {
            output.removeAll(keepingCapacity: true)
            try ring.seal(payload.span.bytes, padded: false, additionalData: RawSpan(), into: &output)
        }
    }
    Benchmark("AES-256-GCM, open") { benchmark in
        let (ring, payload) = (Samples.ring, Samples.payloads[0])
        var (frame, output): ([UInt8], [UInt8]) = ([], [])
        try ring.seal(payload.span.bytes, padded: false, additionalData: RawSpan(), into: &frame)
        for _ in benchmark.scaledIterations {
            output.removeAll(keepingCapacity: true)
            _ = try ring.open(
                frame.span.bytes,
                acceptsPadded: false,
                additionalData: RawSpan(),
                into: &output
            )
        }
    }
    Benchmark("XChaCha20-Poly1305, seal") { benchmark in
        let (ring, payload, label) = (Samples.ring, Samples.payloads[0], try Label("bench"))
        var (additional, output): ([UInt8], [UInt8]) = ([], [])
        for _ in benchmark.scaledIterations {
            output.removeAll(keepingCapacity: true)
            _ = try ring.sealNatively(
                payload.span.bytes,
                bound: .datagram(label: label, receiver: "b"),
                additional: &additional,
                into: &output
            )
        }
    }
    Benchmark("XChaCha20-Poly1305, open") { benchmark in
        let (ring, payload, label) = (Samples.ring, Samples.payloads[0], try Label("bench"))
        var (additional, frame, output): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
        _ = try ring.sealNatively(
            payload.span.bytes,
            bound: .datagram(label: label, receiver: "b"),
            additional: &additional,
            into: &frame
        )
        for _ in benchmark.scaledIterations {
            output.removeAll(keepingCapacity: true)
            _ = try ring.openNatively(
                frame.span.bytes,
                bound: .datagram(label: label, receiver: "b"),
                additional: &additional,
                into: &output
            )
        }
    }
    Benchmark("CRC-32") { benchmark in
        let payload = Samples.payloads[0]
        for _ in benchmark.scaledIterations { blackHole(Checksum.crc32(payload.span.bytes)) }
    }
}

private func coding() {
    Benchmark("label, write and check") { benchmark in
        let label = try Label("bench")
        var datagram: [UInt8] = []
        for _ in benchmark.scaledIterations {
            datagram.removeAll(keepingCapacity: true)
            label.writeHeader(into: &datagram)
            blackHole(try label.check(datagram.span.bytes))
        }
    }
    Benchmark("stream, a hundred states sealed and opened") { benchmark in
        let (ring, label) = (Samples.ring, try Label("bench"))
        let state = PushPull(nodes: (0..<100).map(SampleMembers.state))
        let sealer = StreamSealer(label: label, keyring: ring, compression: true)
        var sealed: [UInt8] = []
        for _ in benchmark.scaledIterations {
            sealed.removeAll(keepingCapacity: true)
            try sealer.seal(.message(.pushPull(state)), .reply(.hashicorp), into: &sealed)
            var opener = StreamOpener(label: label, keyring: ring, direction: .reply(to: nil))
            opener.feed(sealed.span.bytes)
            blackHole(try opener.next())
        }
    }
    Benchmark("thirteen messages, decode") { benchmark in
        let payload = Samples.payloads[0]
        for _ in benchmark.scaledIterations {
            var reader = try CompoundReader(payload[1...])
            while let part = try reader.next() { blackHole(try Message.decode(part)) }
        }
    }
    Benchmark("thirteen messages, encode") { benchmark in
        let messages = Samples.messages
        var (writer, output) = (CompoundWriter(), [UInt8]())
        for _ in benchmark.scaledIterations {
            for message in messages { try writer.append(message) }
            output.removeAll(keepingCapacity: true)
            writer.finish(into: &output)
        }
    }
}
