import AgentProtocol
import Fleet

/// What is not as it was in a run, in words. What is not known of either is no difference.
enum SettingDifference {
    static func engines(_ before: EngineIdentity?, _ now: EngineIdentity?) -> [String] {
        guard let before, let now else { return [] }
        var found: [String] = []
        func compare(_ what: String, _ old: String?, _ new: String?) {
            if let old, let new, old != new { found.append("\(what): \(old) then, \(new) now") }
        }
        compare("the engine", before.name, now.name)
        compare("the engine's version", before.version, now.version)
        compare("the engine's program", before.digest.map(short), now.digest.map(short))
        if let old = before.libraries, let new = now.libraries, old.compactMap(\.digest) != new.compactMap(\.digest) { found.append("the engine's libraries are others") }
        // Two machines never have the same environment.
        if before.host == now.host, let old = before.environment, let new = now.environment, old != new { found.append("the environment is another") }
        compare("the machine", before.host, now.host)
        return found
    }

    static func sources(_ before: SourceState?, _ now: SourceState?) -> [String] {
        guard let before, let now else { return [] }
        if let old = before.treeDigest, let new = now.treeDigest { return old == new ? [] : ["the sources: \(before.words) then, \(now.words) now"] }
        guard let old = before.commit, let new = now.commit else { return [] }
        if old != new { return ["the sources: commit \(old.prefix(10)) then, \(new.prefix(10)) now"] }
        // Of changes that no commit has, nobody knows whether they are the same.
        guard let old = before.dirty, let new = now.dirty, old != new else { return [] }
        return ["the sources \(new ? "have" : "had") changes that no commit has \(new ? "now" : "then")"]
    }

    private static func short(_ digest: String) -> String { String(digest.prefix(12)) }
}
