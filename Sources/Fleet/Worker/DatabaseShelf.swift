import Glibc
import Platform

/// Where databases of files that failed stay with the run, `databases/`: those of the first files, as long as there is room. Workers take turns.
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

    /// Keeps a database. Of a file that is run several times the first one stays.
    /// - Parameter keep: leaves it, in the file at a path of that name if it needs one, which must not have more bytes than told.
    /// - Returns: where it is, or why there is none.
    public func keep(_ keep: (_ path: String, _ room: Int) throws -> KeptDatabase) -> KeptDatabase {
        do {
            try layout.databases.makeFolder()
            let lock = try File(layout.databases / "lock", O_RDWR | O_CREAT)
            try lock.lock()
            defer { lock.unlock() }
            let note = layout.databaseNote(id)
            if note.exists { return try JSON.decode(KeptDatabase.self, note.contents(), note) }
            let (count, bytes) = try inUse()
            guard count < Self.most else { return KeptDatabase(note: "a run keeps those of \(Self.most) files") }
            return try fill(note, room: Self.room - bytes, keep)
        } catch {
            return KeptDatabase(note: "\(error)")
        }
    }

    private func fill(_ note: Path, room: Int, _ keep: (String, Int) throws -> KeptDatabase) throws -> KeptDatabase {
        let file = layout.database(id)
        do {
            let kept = try keep(file.text, max(0, room))
            try note.replace(with: JSON.encode(kept))
            return kept
        } catch {
            file.unlink()
            throw error
        }
    }

    /// Databases that are kept, and the bytes of all files.
    private func inUse() throws(FleetError) -> (count: Int, bytes: Int) {
        var count = 0, bytes = 0
        for name in try layout.databases.names() where name != Array("lock".utf8) {
            if name.suffix(5) == Array(".json".utf8)[...] { count += 1 }
            // What a worker that was killed has left of this very file is about to be replaced.
            if name != Array(layout.database(id).name) { bytes += (layout.databases / name).status(followingLinks: false).map { Int($0.st_size) } ?? 0 }
        }
        return (count, bytes)
    }
}
