import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// Builds Examples/RunAFleet as somebody who uses the library does: as a package of its own, with this tree, as it is, as a dependency by a tagged
/// git address. SwiftPM refuses that where a library has unsafe flags.
struct ExamplePackage {
    /// The folder of this tree.
    private let tree = String(#filePath.dropLast("/Tests/EndToEndTests/ExamplePackage.swift".count))
    /// Kept between calls, so that only what has changed is built.
    private var folder: String { tree + "/.build/examples" }
    private var repository: String { folder + "/slt-remote" }
    private var example: String { folder + "/run-a-fleet" }
    private var files: FileManager { FileManager.default }

    /// - Returns: the program's path.
    func build() async throws -> String {
        for place in [repository, example] { try files.createDirectory(atPath: place, withIntermediateDirectories: true) }
        try await commit()
        for part in ["Package.swift", "Sources"] { try await replace("\(example)/\(part)", by: "\(tree)/Examples/RunAFleet/\(part)") }
        // To the version of this tree: what an earlier call resolved stays otherwise.
        try await run([swift, "package", "--package-path", example, "update", "slt-remote"])
        try await run([swift, "build", "--package-path", example])
        let place = try await run([swift, "build", "--package-path", example, "--show-bin-path"])
        return try #require(place.split(separator: "\n").last.map(String.init)) + "/run-a-fleet"
    }

    private var swift: String { ProcessInfo.processInfo.environment["SWIFT"] ?? "swift" }

    /// By cp, which takes the files for the one who copies: FileManager wants to keep their group.
    private func replace(_ place: String, by source: String) async throws {
        try? files.removeItem(atPath: place)
        try await run(["cp", "-R", source, place])
    }

    /// A version that was seen once stays what it was: a changed tree is a new one.
    private func commit() async throws {
        try await git("init", "-q")
        for part in ["Package.swift", "Benchmarks", "Sources", "Tests", "config"] { try await replace("\(repository)/\(part)", by: "\(tree)/\(part)") }
        try await git("add", "--all", "--force")
        guard try await !git("status", "--porcelain").isEmpty else { return }
        try await git("commit", "-qm", "The tree as it is")
        let count = try await git("rev-list", "--count", "HEAD").filter(\.isNumber)
        try await git("tag", "1.0.\(count)")
    }

    @discardableResult
    private func git(_ words: String...) async throws -> String {
        try await run(["git", "-C", repository, "-c", "user.name=example", "-c", "user.email=example@localhost", "-c", "commit.gpgsign=false"] + words)
    }

    /// The flags of our own programs are not for a user of the library.
    @discardableResult
    private func run(_ words: [String]) async throws -> String {
        var environment = ProcessInfo.processInfo.environment.filter { $0.key != "SLT_TUNED" && !$0.key.hasPrefix("GIT_") }
        environment["SLT_REMOTE"] = "file://" + repository
        let end = try await RunningProgram.run(["/usr/bin/env"] + words, environment: environment, within: .seconds(1700))
        try #require(end.code == 0, "\(words): \(end)")
        return end.text
    }
}
