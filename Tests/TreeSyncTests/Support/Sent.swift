import TestSupport
import Testing
@testable import TreeSync

/// What a sync of a tree would send, and what git would have in a commit of all of it.
enum Sent {
    /// Links and files, in the order of their bytes, and the problems.
    @concurrent static func files(_ root: String, _ rules: SourceRules = SourceRules()) async throws -> (files: [String], report: SyncReport) {
        let target = try TemporaryFolder()
        let channels = MemoryChannel.pair()
        async let received = TreeReceiver.run(root: target.path, policy: .trusted, over: channels.1)
        let report = try await TreeSender.run(root: root, rules: rules, options: SyncOptions(), over: channels.0)
        #expect(try await received == report)
        let files = try shell("cd \(quoted(target.path)) && find . ! -type d -printf '%P\\n' | LC_ALL=C sort").split(separator: "\n").map(String.init)
        return (files, report)
    }

    /// What git tracks below `root`, and what it does not ignore.
    static func byGit(_ root: String) throws -> [String] {
        try shell("""
            cd \(quoted(root)) && git ls-files -c -o --exclude-standard --deduplicate . | while IFS= read -r f; do [ -L "$f" ] || [ -f "$f" ] && printf '%s\\n' "$f"; done | LC_ALL=C sort; true
            """).split(separator: "\n").map(String.init)
    }
}
