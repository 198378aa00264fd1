/// What the positions of the queue stand for. In a drain run a position is the id of a file. In a soak run the queue
/// starts over: position `p` is the file `p % count` in iteration `p / count + 1`; blocked files are in the first one only.
struct Positions: Sendable {
    /// Every file, blocked ones included.
    let count: Int
    /// Files to run: the ids below it.
    let runnable: Int
    /// Whether the queue never ends.
    let isEndless: Bool

    /// More than any run gets to, little enough to calculate with.
    static let limit = 1 << 32

    init(_ manifest: Manifest, _ mode: RunMode) {
        count = max(1, manifest.count)
        runnable = manifest.runnable
        isEndless = mode == .soak && manifest.runnable > 0
    }

    /// Positions from here on are not handed out.
    var end: Int { isEndless ? Positions.limit : runnable }

    func id(_ position: Int) -> Int { isEndless ? position % count : position }
    func iteration(_ position: Int) -> Int? { isEndless ? position / count + 1 : nil }
    func isRunnable(_ position: Int) -> Bool { position >= 0 && position < end && id(position) < runnable }

    func position(_ id: Int, iteration: Int?) -> Int {
        guard isEndless, let iteration, iteration > 0, iteration <= Positions.limit / count else { return id }
        return (iteration - 1) * count + id
    }

    func position(of record: FileRecord) -> Int { position(record.id, iteration: record.iteration) }

    /// Files not yet claimed, in a soak run those of the present iteration.
    func queued(cursor: Int) -> Int {
        isEndless ? runnable - min(runnable, cursor % count) : runnable - min(runnable, cursor)
    }
}
