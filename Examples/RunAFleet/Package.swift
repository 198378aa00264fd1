// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "run-a-fleet",
    dependencies: [.package(url: Context.environment["SLT_REMOTE"] ?? "https://example.org/slt-remote", from: "1.0.0")],
    targets: [.executableTarget(name: "run-a-fleet", dependencies: [.product(name: "RemoteKit", package: "slt-remote")], path: "Sources")]
)
