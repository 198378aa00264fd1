/// What the positions of the queue stand for. In a drain run a position is the id of a file. In a soak run the queue
/// starts over: position `p` is the file `p % count` in iteration `p / count + 1`; blocked files are in the first one only.
struct Positions: Sendable {
    /// Every file, blocked ones included.
    let count: Int
    /// Files to run: the ids below it.
    let runnable: Int
    /// Whether the queue starts over when it is empty.
    let startsOver: Bool
    /// How often it does in all; `nil` for a queue that never ends, and for one that does not start over.
    private let rounds: Int?

    /// More than any run gets to, little enough to calculate with.
    static let limit = 1 << 32

    init(_ manifest: Manifest, _ spec: RunSpec) {
        let count = max(1, manifest.count)
        self.count = count
        runnable = manifest.runnable
        startsOver = spec.mode == .soak && manifest.runnable > 0
        rounds = startsOver ? spec.rounds.map { min(max(1, $0), Positions.limit / count) } : nil
    }

    /// Positions from here on are not handed out.
    var end: Int { startsOver ? rounds.map { $0 * count } ?? Positions.limit : runnable }

    /// How many records there are when all is done; `nil` where that never is.
    var records: Int? {
        guard startsOver else { return count }
        return rounds.map { $0 * runnable + count - runnable }
    }

    /// Whether a position has a record in the end: those of blocked files do once.
    func hasRecord(_ position: Int) -> Bool { isRunnable(position) || position < count }

    /// The end of the round that a position is in.
    func endOfRound(_ position: Int) -> Int { startsOver ? min(end, (position / count + 1) * count) : end }

    func id(_ position: Int) -> Int { startsOver ? position % count : position }
    func iteration(_ position: Int) -> Int? { startsOver ? position / count + 1 : nil }
    func isRunnable(_ position: Int) -> Bool { position >= 0 && position < end && id(position) < runnable }

    func position(_ id: Int, iteration: Int?) -> Int {
        guard startsOver, let iteration, iteration > 0, iteration <= Positions.limit / count else { return id }
        return (iteration - 1) * count + id
    }

    func position(of record: FileRecord) -> Int { position(record.id, iteration: record.iteration) }

    /// Files not yet claimed, in a soak run those of the present iteration.
    func queued(cursor: Int) -> Int {
        guard startsOver else { return runnable - min(runnable, cursor) }
        return cursor < end ? runnable - min(runnable, cursor % count) : 0
    }

    /// Whether there is anything to claim, now or in a later round.
    func left(cursor: Int) -> Int { startsOver && cursor < end ? runnable : queued(cursor: cursor) }
}
