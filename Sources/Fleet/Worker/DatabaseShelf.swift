import Glibc
import Platform

/// Where databases of files that failed stay with the run, `databases/`: those of the first files, as long as there is room. Workers reserve it in turns, and fill it at the same time.
public struct DatabaseShelf: Sendable {
    /// How many there are at most, and how many bytes they may have together.
    public static let most = 20
    public static let room = 256 << 20

    private let layout: RunLayout
    /// Position in the manifest.
    private let id: Int

    init(_ layout: RunLayout, id: Int) {
        self.layout = layout
        self.id = id
    }

    /// Whose databases those are that stay on a server: this run's, as long as there is one.
    public var owner: String { RunMark.of(layout.root) }

    /// Seconds that a worker waits for others that reserve room.
    public static let patience = 5.0

    /// Keeps a database. Of a file that is run several times the first one stays.
    /// - Parameters:
    ///   - size: bytes of the database.
    ///   - patience: seconds to wait for other workers; after that it is not kept.
    ///   - keep: leaves it, in the file at a path of that name if it needs one, which must not have more bytes than told.
    /// - Returns: where it is, or why there is none.
    public func keep(size: () throws -> Int, patience: Double = patience, _ keep: (_ path: String, _ limit: Int) throws -> KeptDatabase) -> KeptDatabase {
        do {
            if let known = try known() { return known }
            let bytes = max(0, try size())
            try layout.databases.makeFolder()
            if let answer = try reserve(bytes, patience) { return answer }
            return try fill(limit: bytes, keep)
        } catch {
            return KeptDatabase(note: "\(error)")
        }
    }

    private func known() throws(FleetError) -> KeptDatabase? {
        let note = layout.databaseNote(id)
        return note.exists ? try JSON.decode(KeptDatabase.self, note.contents(), note) : nil
    }

    /// Others wait for this, and for nothing that takes long.
    /// - Returns: why there is no room; nil where there is.
    private func reserve(_ bytes: Int, _ patience: Double) throws(FleetError) -> KeptDatabase? {
        let lock = try File(layout.databases / "lock", O_RDWR | O_CREAT)
        let deadline = Clock.after(.seconds(patience))
        while try !lock.tryLock() {
            guard Clock.monotonic < deadline else { return KeptDatabase(note: "busy: another worker reserves room for its own") }
            Clock.pauseThread(0.01)
        }
        defer { lock.unlock() }
        if let known = try known() { return known }
        let room = layout.databaseRoom(id)
        if let owner = Self.reservation(room)?.owner, owner != ProcessMark.own, !ProcessMark.isOver(owner) {
            return KeptDatabase(note: "busy: another worker keeps that of the same file")
        }
        let (count, used) = try inUse()
        guard count < Self.most else { return KeptDatabase(note: "a run keeps those of \(Self.most) files") }
        let left = max(0, Self.room - used)
        guard bytes <= left else { return KeptDatabase(note: "the database has \(Human.bytes(bytes)), and there is room for \(Human.bytes(left))") }
        try File(room, O_WRONLY | O_CREAT | O_TRUNC).write(Array("\(bytes) \(ProcessMark.own)".utf8))
        return nil
    }

    private func fill(limit: Int, _ keep: (String, Int) throws -> KeptDatabase) throws -> KeptDatabase {
        let file = layout.database(id)
        do {
            let kept = try keep(file.text, limit)
            try layout.databaseNote(id).replace(with: JSON.encode(kept))
            return kept
        } catch {
            file.unlink()
            layout.databaseRoom(id).unlink()
            throw error
        }
    }

    /// What is in such a file; nil where there is none.
    private static func reservation(_ path: Path) -> (bytes: Int, owner: String)? {
        guard let text = try? path.contents(limit: 4096) else { return nil }
        let words = String(decoding: text, as: UTF8.self).split(separator: " ", maxSplits: 1)
        return words.count == 2 ? Int(words[0]).map { ($0, String(words[1])) } : nil
    }

    /// How many have room, and its bytes. What a worker that was killed has left counts, but not of this very file: that is about to be replaced.
    private func inUse() throws(FleetError) -> (count: Int, bytes: Int) {
        var count = 0, bytes = 0
        for name in try layout.databases.names() where name.suffix(5) == Array(".room".utf8)[...] && name != Array(layout.databaseRoom(id).name) {
            count += 1
            bytes += Self.reservation(layout.databases / name)?.bytes ?? 0
        }
        return (count, bytes)
    }
}
