// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "swift-memberlist",
    products: [
        .library(name: "Memberlist", targets: ["Memberlist"]),
        .library(name: "MemberlistSettings", targets: ["MemberlistSettings"]),
        .library(name: "MemberlistSimulator", targets: ["MemberlistSimulator"]),
        .executable(name: "memberlist", targets: ["MemberlistTool"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CCares", pkgConfig: "libcares", providers: [.apt(["libc-ares-dev"])]),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "MemberlistWire",
            dependencies: ["CSodium", "CZlib", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict
        ),
        .target(
            name: "MemberlistCore",
            dependencies: [
                "MemberlistWire",
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Memberlist",
            dependencies: [
                "CCares", "MemberlistWire", "MemberlistCore",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "MemberlistSettings",
            dependencies: [
                "Memberlist", "MemberlistCore",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "MemberlistSimulator",
            dependencies: [
                "Memberlist", "MemberlistCore", "MemberlistWire",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "MemberlistTool",
            dependencies: [
                "Memberlist", "MemberlistSettings", "MemberlistSimulator",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),

        .target(
            name: "FixtureSupport",
            dependencies: ["MemberlistWire"],
            path: "Tests/FixtureSupport",
            swiftSettings: strict
        ),
        .testTarget(
            name: "MemberlistWireTests",
            dependencies: [
                "MemberlistWire", "FixtureSupport", .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .target(name: "CSpawn", path: "Tests/CSpawn"),
        .target(name: "CKeyringHarness", path: "Tests/CKeyringHarness"),
        .target(name: "CAllocations", path: "Tests/CAllocations"),
        .target(
            name: "SampleCluster",
            dependencies: ["MemberlistCore", "MemberlistWire"],
            path: "Benchmarks/SampleCluster",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "CostGuard",
            dependencies: ["CAllocations", "MemberlistCore", "MemberlistWire", "SampleCluster"],
            path: "Tests/CostGuard",
            exclude: ["instructions.tsv"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "KeyringHarness",
            dependencies: ["CKeyringHarness", "Memberlist", "MemberlistWire"],
            path: "Tests/KeyringHarness",
            swiftSettings: strict
        ),
        .target(
            name: "ProcessSupport",
            dependencies: ["CSpawn"],
            path: "Tests/ProcessSupport",
            swiftSettings: strict
        ),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Memberlist", "MemberlistCore", "MemberlistSettings", "MemberlistSimulator", "MemberlistWire",
                "FixtureSupport",
            ],
            path: "Tests/FuzzTargets",
            swiftSettings: strict
        ),
        .testTarget(name: "FuzzFindingsTests", dependencies: ["FuzzTargets"], swiftSettings: strict),
        .testTarget(name: "StructureTests", swiftSettings: strict),
        .testTarget(name: "HostTests", dependencies: ["ProcessSupport"], swiftSettings: strict),
        .testTarget(name: "InteropTests", dependencies: ["ProcessSupport"], swiftSettings: strict),
        .testTarget(
            name: "MemberlistCoreTests",
            dependencies: ["CAllocations", "MemberlistCore", "MemberlistWire", "FixtureSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "MemberlistTests",
            dependencies: [
                "CAllocations", "Memberlist", "MemberlistCore", "MemberlistWire", "ProcessSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "MemberlistSettingsTests",
            dependencies: [
                "MemberlistSettings", "Memberlist", "ProcessSupport",
                .product(name: "Configuration", package: "swift-configuration"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "MemberlistSimulatorTests",
            dependencies: ["MemberlistSimulator", "Memberlist", "MemberlistCore", "MemberlistWire"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "MemberlistToolTests",
            dependencies: [
                "MemberlistTool", "Memberlist", "MemberlistSettings", "MemberlistSimulator", "ProcessSupport",
            ],
            swiftSettings: strict
        ),
    ]
)

// Scripts/fuzz alone builds this: its main is libFuzzer's, which no other build links.
if Context.environment["MEMBERLIST_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Fuzz",
            dependencies: ["FuzzTargets"],
            path: "Tests/Fuzz",
            swiftSettings: strict
        )
    )
}

// Scripts/bench alone builds these: nobody else needs the package that measures the layers.
if Context.environment["MEMBERLIST_BENCH"] != nil {
    package.dependencies.append(
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: [])
    )
    package.targets.append(
        .executableTarget(
            name: "Bench",
            dependencies: [
                "CAllocations", "Memberlist", "MemberlistCore", "MemberlistSimulator", "MemberlistWire",
                "ProcessSupport", "SampleCluster",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Benchmarks/Bench",
            swiftSettings: strict
        )
    )
    package.targets.append(
        .executableTarget(
            name: "Layers",
            dependencies: [
                "MemberlistWire", "SampleCluster", .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/Layers",
            swiftSettings: strict,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
        )
    )
}
