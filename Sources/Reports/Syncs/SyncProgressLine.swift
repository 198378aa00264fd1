import Platform
public import TreeSync

/// The line that a sync keeps up to date.
///
///     syncing: 9,086 listed, 4,211/9,086 files, 90 MB/193 MB, 31 MB/s, 3s left
public struct SyncProgressLine: Sendable {
    /// Where the rate is counted from: what moved some seconds ago.
    private var marks: [(time: Double, bytes: UInt64)] = []

    /// Seconds that the rate looks back.
    private static let memory = 5.0
    /// Seconds before a rate says something.
    private static let least = 0.5

    public init() {}

    /// - Parameter now: seconds of any clock that only goes forward.
    public mutating func text(_ progress: SyncProgress, now: Double) -> String {
        let listed = "syncing: \(Human.count(progress.entriesListed)) listed"
        guard progress.filesToMove > 0 else { return listed }
        let moved = "\(Human.count(progress.filesMoved))/\(Human.count(progress.filesToMove)) files, "
            + "\(Human.bytes(Int(clamping: progress.bytesMoved)))/\(Human.bytes(Int(clamping: progress.bytesToMove)))"
        var parts = [listed, moved]
        if let rate = rate(progress.bytesMoved, now) {
            parts.append("\(Human.bytes(Int(min(rate, 1e15))))/s")
            let left = progress.bytesToMove > progress.bytesMoved ? Double(progress.bytesToMove - progress.bytesMoved) : 0
            if rate > 0 { parts.append("\(Human.duration(left / rate)) left") }
        }
        return parts.joined(separator: ", ")
    }

    private mutating func rate(_ bytes: UInt64, _ now: Double) -> Double? {
        marks.append((now, bytes))
        // The first that is old enough stays.
        while marks.count > 1, now - marks[1].time > Self.memory { marks.removeFirst() }
        guard let first = marks.first, now - first.time >= Self.least, bytes >= first.bytes else { return nil }
        return Double(bytes - first.bytes) / (now - first.time)
    }
}
