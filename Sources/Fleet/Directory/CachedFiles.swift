/// `cache.json`: what a run took from the verdicts of earlier ones, and which files it runs all the same. Written before any of them is published,
/// so that a run that is resumed knows what is to be proven.
struct CachedFiles: Codable, Sendable, Equatable {
    /// A file that is run though its verdict is known.
    struct Audit: Codable, Sendable, Equatable {
        /// Position in the manifest.
        var id: Int
        var file: String
        var known: KnownVerdict
    }

    var use: CacheUse
    var audits: [Audit] = []

    static func read(_ layout: RunLayout) -> CachedFiles? {
        guard layout.cache.exists else { return nil }
        return (try? layout.cache.contents(limit: 64 << 20)).flatMap { try? JSON.decode(CachedFiles.self, $0, layout.cache) }
    }

    func write(_ layout: RunLayout) throws(FleetError) { try layout.cache.replace(with: JSON.encode(self)) }
}

extension RunDirectory {
    /// Where a worker writes what it has found out of the inputs of files that passed; a file for each slot.
    public func verdictNotes(slot: Int) -> String { (layout.verdictNotes / "\(slot)").text }

    /// Those of all workers.
    public func verdictNotes() -> [String] {
        ([layout] + NodeFolder.all(layout).map(\.layout)).flatMap { layout in ((try? layout.verdictNotes.names()) ?? []).map { (layout.verdictNotes / $0).text } }
    }
}
