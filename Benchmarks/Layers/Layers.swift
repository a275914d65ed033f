import Benchmark
import MemberlistWire

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

private func compression() {
    Benchmark("LZW, compress") { benchmark in
        var compressor = LZWCompressor()
        var output: [UInt8] = []
        let payloads = Samples.payloads
        for round in benchmark.scaledIterations {
            let payload = payloads[round % payloads.count]
            output.removeAll(keepingCapacity: true)
            compressor.compress(payload.span.bytes, into: &output)
        }
    }
    Benchmark("LZW, decompress") { benchmark in
        var decompressor = LZWDecompressor()
        var output: [UInt8] = []
        let compressed = Samples.lzw
        for round in benchmark.scaledIterations {
            let body = compressed[round % compressed.count]
            output.removeAll(keepingCapacity: true)
            try decompressor.decompress(
                body.span.bytes,
                limit: Limits.datagramBody,
                into: &output
            )
        }
    }
    Benchmark("deflate, compress") { benchmark in
        var compressor = DeflateCompressor(windowBits: 12)
        var output: [UInt8] = []
        let payloads = Samples.payloads
        for round in benchmark.scaledIterations {
            let payload = payloads[round % payloads.count]
            output.removeAll(keepingCapacity: true)
            compressor.compress(payload.span.bytes, into: &output)
        }
    }
    Benchmark("deflate, decompress") { benchmark in
        var decompressor = DeflateDecompressor()
        var output: [UInt8] = []
        let compressed = Samples.deflated
        for round in benchmark.scaledIterations {
            let body = compressed[round % compressed.count]
            output.removeAll(keepingCapacity: true)
            try decompressor.decompress(
                body.span.bytes,
                limit: Limits.datagramBody,
                into: &output
            )
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
    Benchmark("CRC-32") { benchmark in
        let payload = Samples.payloads[0]
        for _ in benchmark.scaledIterations { blackHole(Checksum.crc32(payload.span.bytes)) }
    }
}

private func coding() {
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
