import Fleet
import Platform
import RemoteKit

/// What was taken from the verdicts of earlier runs.
extension RunReport {
    func cacheLines(_ style: Style) -> [String] {
        guard let cache = status.cache else { return [] }
        var lines = [Self.words(cache, of: status.total)]
        lines += cached.map { "  from the cache: \(SafeText.line($0.file, limit: 200)) (\(Self.origin($0)))" }
        for difference in cache.differing ?? [] {
            lines.append(style.paint("error: the cache was wrong about \(SafeText.line(difference.file, limit: 300)): it \(SafeText.line(difference.message, limit: 300))", .red))
        }
        if cache.differing?.isEmpty == false {
            lines.append(style.paint("error: what was kept for this engine and these settings is forgotten; run again without the cache", .red))
        }
        return lines
    }

    /// `passed in run 20261129-053300.000000-abcd`
    static func origin(_ file: RunDetails.File) -> String { "passed in run \(SafeText.line(file.cachedFrom ?? "", limit: 60))" }

    /// `612 of 622 files from the cache, 12 of them run again as an audit; …`
    static func words(_ cache: CacheUse, of total: Int) -> String {
        var text = "\(Human.count(cache.taken)) of \(Human.count(total, "file")) from the cache"
        if cache.audited > 0 { text += ", \(Human.count(cache.audited)) more run as an audit of it" }
        if let excluded = cache.excluded { text += "; \(Human.count(excluded, "file")) that passed cannot be kept there" }
        if let reason = cache.reason { text += ": \(SafeText.line(reason, limit: 300))" }
        return text
    }
}
