// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is compiled alike: Swift 6 as it is meant, and no warning survives.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .treatAllWarnings(as: .error),
]

/// What looks at every byte takes minutes in tests where it is not optimized.
let quickTests: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// SQLite, zstd and libmd go into the worker as archives, so that it runs on a host that has none of them. Their module
/// maps therefore carry no `link` line and no pkg-config name, which would bring the shared libraries back.
let staticSQLite: [LinkerSetting] = [.unsafeFlags(["-Xlinker", "-l:libsqlite3.a"]), .linkedLibrary("m")]
let staticMD: [LinkerSetting] = [.unsafeFlags(["-Xlinker", "-l:libmd.a"])]
let staticZstd: [LinkerSetting] = [.unsafeFlags(["-Xlinker", "-l:libzstd.a"])]

/// libssh2 as an archive too, so that the linker can put CCounterMode's functions before those that it calls.
let staticSSH: [LinkerSetting] = [
    .unsafeFlags(["-Xlinker", "-l:libssh2.a"] + ["_libssh2_cipher_init", "_libssh2_cipher_crypt", "EVP_CIPHER_CTX_free", "HMAC_Init_ex"]
        .flatMap { ["-Xlinker", "--wrap=\($0)"] }),
    .linkedLibrary("crypto"), .linkedLibrary("z"),
]

/// lld forgets the symbols that only dropped code asked for; with the default linker one of them, in the archive of
/// libstdc++, makes the worker need glibc 2.36 instead of 2.35. (The client would get full Foundation from it: not there.)
/// Folding identical code keeps the worker below 20 MB.
let workerLinker: [LinkerSetting] = [.unsafeFlags(["-use-ld=lld", "-Xlinker", "--icf=all", "-Xlinker", "-O2"])]

/// Commands, the agent and the fleet spend their time in system calls: smaller code keeps the worker below 20 MB.
let small: [SwiftSetting] = [.unsafeFlags(["-Osize"], .when(configuration: .release))]

/// Each function in a section of its own, so that the worker's linker can drop and fold them: 100 KB of this module.
let sections: [SwiftSetting] = [.unsafeFlags(["-Xfrontend", "-function-sections"], .when(configuration: .release))]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")

let package = Package(
    name: "slt-remote",
    products: [
        .executable(name: "slt-remote", targets: ["slt-remote"]),
        .executable(name: "slt-worker", targets: ["slt-worker"]),
        .library(name: "RemoteKit", targets: ["RemoteKit"]),
        .library(name: "SQLLogicTest", targets: ["SQLLogicTest"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    ],
    targets: [
        // C libraries: module maps only.
        .systemLibrary(name: "CLibSSH2", providers: [.apt(["libssh2-1-dev"])]),
        .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CMD", providers: [.apt(["libmd-dev"])]),
        .systemLibrary(name: "CXXHash", providers: [.apt(["libxxhash-dev"])]),
        .systemLibrary(name: "CMalloc"),
        // System calls that Swift cannot make by itself.
        .target(name: "CFleet"),
        // Ciphers for libssh2's short calls, and its archive.
        .target(name: "CCounterMode", linkerSettings: staticSSH),

        // The layers, lowest first.
        .target(name: "Wire", dependencies: [], swiftSettings: strict + small),
        .target(name: "SSH", dependencies: ["Wire", "CLibSSH2", "CCounterMode", logging, subprocess, crypto, cryptoExtras],
                swiftSettings: strict),
        .target(name: "TreeSync", dependencies: ["Wire", "CZstd", "CXXHash", "CMalloc"],
                swiftSettings: strict + quickTests + sections, linkerSettings: staticZstd),
        .target(name: "SQLLogicTest", dependencies: ["Wire", "CSQLite", "CMD"],
                swiftSettings: strict, linkerSettings: staticSQLite + staticMD),
        .target(name: "Fleet", dependencies: ["Wire", "CFleet"], swiftSettings: strict + small),
        .target(name: "RemoteKit",
                dependencies: ["SSH", "TreeSync", "Fleet", "Wire", logging, subprocess, crypto, "TOMLKit"],
                swiftSettings: strict),
        .executableTarget(name: "slt-remote", dependencies: ["RemoteKit", "SSH", "Fleet", "TreeSync", "Wire", argumentParser, logging],
                          swiftSettings: strict),
        .executableTarget(name: "slt-worker",
                          dependencies: ["Fleet", "TreeSync", "SQLLogicTest", "Wire", "CMD", argumentParser, subprocess],
                          swiftSettings: strict + small, linkerSettings: workerLinker),

        // The demonstration, and what is measured.
        .executableTarget(name: "slt-demo", dependencies: ["TestSupport"], path: "Benchmarks/Demo", swiftSettings: strict),
        .executableTarget(name: "bench-startup", path: "Benchmarks/Startup", swiftSettings: strict),

        // Tests, each beside what it tests; TestSupport has the private sshd and the temporary folders.
        .target(name: "TestSupport", dependencies: ["Wire"], path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(name: "WireTests", dependencies: ["Wire", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "SSHTests", dependencies: ["SSH", "CCounterMode", "Wire", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "TreeSyncTests", dependencies: ["TreeSync", "Wire", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "SQLLogicTestTests", dependencies: ["SQLLogicTest", "CSQLite", "TestSupport"], swiftSettings: strict),
        .executableTarget(name: "fleet-probe", dependencies: ["Fleet", "TestSupport"], path: "Tests/FleetProbe", swiftSettings: strict),
        .testTarget(name: "FleetTests", dependencies: ["Fleet", "Wire", "TestSupport", "fleet-probe"], swiftSettings: strict),
        .testTarget(name: "RemoteKitTests", dependencies: ["RemoteKit", "Fleet", "TestSupport"], swiftSettings: strict),
        .executableTarget(name: "sync-bench", dependencies: ["TestSupport"], path: "Benchmarks/SyncBench", swiftSettings: strict),
        .testTarget(name: "EndToEndTests",
                    dependencies: ["RemoteKit", "Fleet", "TreeSync", "TestSupport", "slt-remote", "slt-worker", "fleet-probe"], swiftSettings: strict),
        .testTarget(name: "LayerTests", swiftSettings: strict),
    ]
)
