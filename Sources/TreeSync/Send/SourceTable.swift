/// What the manifest has told, by number. A receiver names files by their numbers only, so it can ask for nothing
/// that the rules leave out.
final class SourceTable: Sendable {
    /// A file of the manifest.
    struct Source: Sendable {
        var folder: [UInt8]
        var name: [UInt8]
        var entry: ListedEntry
    }

    private struct State {
        var listings: [(first: Int, listing: DirectoryListing)] = []
        var asked: [Bool] = []
    }

    private let monitor = Monitor(State())

    func add(_ listing: DirectoryListing) {
        guard !listing.entries.isEmpty else { return }
        monitor.withLock { state in
            state.listings.append((state.asked.count, listing))
            state.asked += repeatElement(false, count: listing.entries.count)
        }
    }

    /// The file with this number, which may be asked for once.
    func claim(_ id: Int) throws -> Source {
        let (listing, entry) = try monitor.withLock { state throws(SyncError) in
            guard id >= 0, id < state.asked.count, !state.asked[id] else {
                throw SyncError.violation("a request for a file that was not offered, or twice for one")
            }
            state.asked[id] = true
            var low = 0
            var high = state.listings.count - 1
            while low < high {
                let middle = (low + high + 1) / 2
                if state.listings[middle].first <= id { low = middle } else { high = middle - 1 }
            }
            let found = state.listings[low]
            return (found.listing, found.listing.entries[id - found.first])
        }
        guard entry.kind == .file else { throw SyncError.violation("a request for something that is no file") }
        return Source(folder: listing.path, name: Array(listing.name(entry)), entry: entry)
    }
}
