import Glibc
import Platform

/// A folder below `nodes/`: what one life of an element of a cluster's job writes. Everything else in the run directory is shared.
struct NodeFolder: Sendable {
    /// `ELEMENT.LIFE`
    let name: String
    let note: NodeNote
    /// The run as this element sees it.
    let layout: RunLayout

    /// Those of all lives, by element and life. What is just being made is not among them.
    /// - Parameter known: those that were read before; what they say of themselves never changes.
    static func all(_ run: RunLayout, known: [NodeFolder] = []) -> [NodeFolder] {
        guard let names = try? run.nodes.names() else { return [] }
        let read = Dictionary(known.map { ($0.name, $0) }) { $1 }
        return names.compactMap { name in
            let text = String(decoding: name, as: UTF8.self), layout = run.node(text)
            if let folder = read[text] { return folder }
            guard Self.isName(name), let note = try? NodeNote.read(layout) else { return nil }
            return NodeFolder(name: text, note: note, layout: layout)
        }.sorted { ($0.note.element, $0.note.restarts) < ($1.note.element, $1.note.restarts) }
    }

    private static func isName(_ name: [UInt8]) -> Bool {
        let parts = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { decimal($0) != nil }
    }

    /// Makes the folder of a life that begins. A life has a number that no earlier one has, also where Slurm counts anew.
    static func make(_ run: RunLayout, _ note: NodeNote) throws(FleetError) -> NodeFolder {
        try run.nodes.makeFolder()
        var note = note
        for _ in 0..<10_000 {
            let name = "\(note.element).\(note.restarts)", layout = run.node(name)
            do {
                try layout.own.makeFolder(mayExist: false)
            } catch where layout.own.exists {
                note.restarts += 1
                continue
            }
            for folder in layout.ownFolders { try folder.makeFolder() }
            try Scoreboard.create(layout.scoreboard, workers: note.workers, atLeast: note.workers + 1)
            try File(layout.supervisorLock, O_WRONLY | O_CREAT | O_EXCL).sync()
            // Last: whoever sees the note finds the rest.
            try layout.nodeNote.replace(with: JSON.encode(note))
            return NodeFolder(name: name, note: note, layout: layout)
        }
        throw FleetError(.system, "cannot begin element \(note.element): it has begun too often")
    }

    /// Whether its supervisor is at work, as far as locks tell.
    var isAtWork: Bool { (try? File(layout.supervisorLock, O_RDONLY).isLockedElsewhere()) ?? false }

    /// How it ended; nil where it has not, or was killed.
    var summary: RunSummary? {
        guard layout.nodeSummary.exists, let bytes = try? layout.nodeSummary.contents(limit: 1 << 20) else { return nil }
        return try? JSON.decode(RunSummary.self, bytes, layout.nodeSummary)
    }
}

extension RunDirectory {
    /// The number of the worker in slot 0 among all of the run.
    var firstWorker: Int { node?.firstWorker ?? 0 }

    /// When the first element began, in seconds since 1970.
    var began: Double? {
        guard layout.began.exists, let bytes = try? layout.began.contents(limit: 64) else { return nil }
        return Double(String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self))
    }

    /// Notes that an element has begun, unless another one has.
    func begin() throws(FleetError) {
        guard !layout.began.exists else { return }
        let draft = layout.root / "began-\(Machine.processes.replacing("/", with: "-"))-\(getpid())"
        defer { draft.unlink() }
        try File(draft, O_WRONLY | O_CREAT | O_TRUNC).write(Array("\(Clock.now)\n".utf8))
        // Another one may have been faster, which is as good.
        _ = draft.withCString { from in layout.began.withCString { link(from, $0) } }
    }
}
