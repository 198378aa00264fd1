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

/// Flags that SwiftPM takes from the package that is built, and refuses in one that another depends on by version. So the libraries have
/// them only where this package's own programs and tests are built by its Makefile, which sets the variable; programs and tests always may.
let isTuned = Context.environment["SLT_TUNED"] == "1"

func tuned(_ flags: [String], _ configuration: BuildConfiguration) -> [SwiftSetting] {
    isTuned ? [.unsafeFlags(flags, .when(configuration: configuration))] : []
}

/// What looks at every byte takes minutes in tests where it is not optimized.
let quickTests = tuned(["-O"], .debug)

/// Commands, the agent and the fleet spend their time in system calls: smaller code keeps the worker small.
/// That nobody writes what another is reading is checked where this is built for debugging, as for the tests of each module: the checks take 60 KB.
let small = tuned(["-Osize", "-enforce-exclusivity=unchecked"], .release)

/// Each function in a section of its own, so that the worker's linker can drop and fold them.
let sections = tuned(["-Xfrontend", "-function-sections"], .release)

/// SQLite, RE2, zstd and libmd go into the worker as archives, so that it runs on a host that has none of them, and libssh2 into the
/// client. A library target says `-lzstd`, which is a user's shared library; the folder config/archives, first on the path of our own programs,
/// makes it the archive. Module maps carry no `link` line and no pkg-config name, which would bring the shared libraries back.
let archives: [LinkerSetting] = [.unsafeFlags(["-L\(Context.packageDirectory)/config/archives"])]

/// The linker puts CCounterMode's functions before those that libssh2's archive calls.
let counterMode: [LinkerSetting] = [.unsafeFlags(["_libssh2_cipher_init", "_libssh2_cipher_crypt", "EVP_CIPHER_CTX_free", "HMAC_Init_ex"]
    .flatMap { ["-Xlinker", "--wrap=\($0)"] })]

/// lld forgets the symbols that only dropped code asked for; with the default linker one of them, in the archive of
/// libstdc++, makes the dynamic worker need glibc 2.36 instead of 2.35. (The client would get full Foundation from it: not
/// there.) Folding identical code keeps the worker small.
let workerLinker: [LinkerSetting] = [.unsafeFlags(["-use-ld=lld", "-Xlinker", "--icf=all", "-Xlinker", "-O2"])]

/// The worker that is uploaded has its C library inside, and so runs on any Linux of its machine type. Such a program must not
/// look into the host's user database, whose modules are made for another C library: CFleet's functions answer before glibc's.
/// It registers its unwind tables when it starts, and has no use for an index of them: 0.5 MB.
let wholeWorker: [LinkerSetting] = [.unsafeFlags(
    ["-static-executable", "-Xlinker", "--no-eh-frame-hdr"] + ["getpwnam_r", "getpwuid_r", "getgrnam_r", "getgrgid_r"].flatMap { ["-Xlinker", "--wrap=\($0)"] },
    .when(configuration: .release))]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let database: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
/// Its code names SQLite's own functions too: without this product a fresh build may compile before the module is there.
let databaseLibrary: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")

let package = Package(
    name: "slt-remote",
    products: [
        .executable(name: "slt-remote", targets: ["slt-remote"]),
        .executable(name: "slt-worker", targets: ["slt-worker"]),
        .executable(name: "slt-worker-dynamic", targets: ["slt-worker-dynamic"]),
        // With the modules whose types are in its signatures.
        .library(name: "RemoteKit", targets: ["RemoteKit", "AgentProtocol", "SSH", "TreeSync", "Fleet"]),
        .library(name: "SQLLogicTest", targets: ["SQLLogicTest"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        // The history is a SQLite database, and a page of results a template.
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        // Only `make docs` uses it.
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
    ],
    targets: [
        // C libraries: module maps only.
        .systemLibrary(name: "CLibSSH2", providers: [.apt(["libssh2-1-dev"])]),
        .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CMD", providers: [.apt(["libmd-dev"])]),
        .systemLibrary(name: "CXXHash", providers: [.apt(["libxxhash-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CArchive", providers: [.apt(["libarchive-dev"])]),
        // System calls that Swift cannot make by itself.
        .target(name: "CFleet"),
        // RE2 behind functions of C.
        .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
        // What the ground floor needs of C.
        .target(name: "CPlatform"),
        // Ciphers for libssh2's short calls.
        .target(name: "CCounterMode", linkerSettings: [.linkedLibrary("ssh2"), .linkedLibrary("crypto"), .linkedLibrary("z")]),

        // The layers, lowest first.
        .target(name: "Platform", dependencies: ["CPlatform"], swiftSettings: strict + small + sections),
        .target(name: "Wire", dependencies: ["Platform"], swiftSettings: strict + small + sections),
        .target(name: "SSH", dependencies: ["Wire", "Platform", "CLibSSH2", "CCounterMode", logging, crypto, cryptoExtras],
                swiftSettings: strict),
        .target(name: "TreeSync", dependencies: ["Wire", "Platform", "CZstd", "CXXHash", "CMalloc"],
                swiftSettings: strict + quickTests + sections, linkerSettings: [.linkedLibrary("zstd")]),
        .target(name: "SQLLogicTest", dependencies: ["Wire", "Platform", "CSQLite", "CMD", "CRE2"],
                swiftSettings: strict + sections, linkerSettings: [.linkedLibrary("sqlite3"), .linkedLibrary("m"), .linkedLibrary("md")]),
        .target(name: "Fleet", dependencies: ["Platform", "CFleet"], swiftSettings: strict + small + sections),
        .target(name: "AgentProtocol", dependencies: ["Fleet", "TreeSync", "Wire", "Platform"], swiftSettings: strict + small + sections),
        .target(name: "RemoteKit",
                dependencies: ["AgentProtocol", "SSH", "TreeSync", "Fleet", "Wire", "Platform", "CArchive", logging, subprocess, crypto, database, databaseLibrary, "TOMLKit"],
                swiftSettings: strict),
        .target(name: "Reports", dependencies: ["RemoteKit", "AgentProtocol", "Fleet", "TreeSync", "Wire", "Platform", mustache], swiftSettings: strict),
        .executableTarget(name: "slt-remote", dependencies: ["Reports", "RemoteKit", "AgentProtocol", "SSH", "Fleet", "TreeSync", "Wire", "Platform", argumentParser, logging],
                          swiftSettings: strict, linkerSettings: archives + counterMode),
        .target(name: "WorkerProgram", dependencies: ["AgentProtocol", "Fleet", "TreeSync", "SQLLogicTest", "Wire", "Platform", "CMD", argumentParser, subprocess],
                swiftSettings: strict + small + sections),
        .executableTarget(name: "slt-worker", dependencies: ["WorkerProgram"], swiftSettings: strict + small, linkerSettings: archives + workerLinker + wholeWorker),
        .executableTarget(name: "slt-worker-dynamic", dependencies: ["WorkerProgram"], swiftSettings: strict + small, linkerSettings: archives + workerLinker),

        // The demonstration, and what is measured.
        .executableTarget(name: "slt-demo", dependencies: ["TestSupport"], path: "Benchmarks/Demo", swiftSettings: strict),
        .executableTarget(name: "bench-startup", path: "Benchmarks/Startup", swiftSettings: strict),

        // Tests, each beside what it tests; TestSupport has the private sshd and the temporary folders.
        .target(name: "TestSupport", dependencies: ["Wire"], path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(name: "PlatformTests", dependencies: ["Platform", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "WireTests", dependencies: ["Wire", "Platform", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "SSHTests", dependencies: ["SSH", "CCounterMode", "Wire", "Platform", "TestSupport"], swiftSettings: strict,
                    linkerSettings: archives + counterMode),
        .testTarget(name: "TreeSyncTests", dependencies: ["TreeSync", "Wire", "Platform", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "SQLLogicTestTests", dependencies: ["SQLLogicTest", "Platform", "CSQLite", "TestSupport"], swiftSettings: strict),
        .executableTarget(name: "fleet-probe", dependencies: ["Fleet", "Platform", "TestSupport"], path: "Tests/FleetProbe", swiftSettings: strict),
        .testTarget(name: "FleetTests", dependencies: ["Fleet", "Platform", "TestSupport", "fleet-probe"], swiftSettings: strict),
        .testTarget(name: "AgentProtocolTests", dependencies: ["AgentProtocol", "Fleet", "TreeSync", "Wire", "Platform", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "RemoteKitTests", dependencies: ["RemoteKit", "AgentProtocol", "Fleet", "TreeSync", "Wire", "Platform", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "ReportsTests", dependencies: ["Reports", "RemoteKit", "AgentProtocol", "Fleet", "TreeSync", "Platform", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "WorkerProgramTests", dependencies: ["WorkerProgram", "SQLLogicTest", "Fleet", "Platform", "TestSupport"], swiftSettings: strict),
        .executableTarget(name: "sync-bench", dependencies: ["TestSupport"], path: "Benchmarks/SyncBench", swiftSettings: strict),
        .testTarget(name: "EndToEndTests",
                    dependencies: ["RemoteKit", "AgentProtocol", "Fleet", "TreeSync", "Platform", "TestSupport", "slt-remote", "slt-worker", "slt-worker-dynamic", "fleet-probe"], swiftSettings: strict),
        .testTarget(name: "LayerTests", swiftSettings: strict),
    ]
)
