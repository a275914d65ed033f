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
    products: [],
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "MemberlistWire",
            dependencies: ["CSodium", "CZlib", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict),
        .target(
            name: "MemberlistCore",
            dependencies: [
                "MemberlistWire",
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: strict),

        .target(name: "FixtureSupport", path: "Tests/FixtureSupport", swiftSettings: strict),
        .testTarget(
            name: "MemberlistWireTests",
            dependencies: ["MemberlistWire", "FixtureSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "MemberlistCoreTests",
            dependencies: [
                "MemberlistCore", "MemberlistWire", "FixtureSupport",
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: strict),
    ]
)
