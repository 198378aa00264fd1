import Fleet
import Glibc

/// The verdicts that are kept of a run's workspace, for its supervisor.
struct RunVerdicts: VerdictMemory {
    private let directory: RunDirectory
    private var store: VerdictStore
    private let context: String?
    let reason: String?
    let engine: EngineIdentity?

    /// - Parameter directory: of the run, with what the engine is given.
    init(_ directory: RunDirectory) {
        self.directory = directory
        var store = VerdictStore(state: Self.state(of: directory), workspace: directory.spec.workspace)
        let context = VerdictContext(directory) { store.digest(of: $0) }
        self.store = store
        self.context = context.digest
        reason = context.reason
        engine = context.engine
    }

    /// The folder of agents and runs.
    private static func state(of directory: RunDirectory) -> String {
        directory.path.utf8.split(separator: UInt8(ascii: "/")).dropLast(2).reduce(into: "") { $0 += "/" + String(decoding: $1, as: UTF8.self) }
    }

    mutating func recall(_ files: [(id: Int, file: SuiteFile)]) -> [Int: KnownVerdict] {
        guard let context else { return [:] }
        var known: [Int: KnownVerdict] = [:]
        for (id, file) in files {
            guard let name = String(validating: file.name, as: UTF8.self), let kept = store.find(name, context: context) else { continue }
            known[id] = KnownVerdict(run: kept.run, tests: kept.tests, skipped: kept.skipped)
        }
        return known
    }

    mutating func conclude(isDistrusted: Bool, mayKeep: (Int) -> Bool) {
        guard let context, let manifest = try? directory.manifest() else { return }
        let notes = directory.verdictNotes().flatMap { VerdictNote.read($0) }.filter { mayKeep($0.id) && !$0.isExcluded }
        let looked = store.digests
        // A run that has learned nothing leaves the file alone.
        guard isDistrusted || !notes.isEmpty || looked.hasRead else { return }
        VerdictStore.update(state: Self.state(of: directory), workspace: directory.spec.workspace, lastRun: directory.spec.id) { store in
            for path in looked.used { if let entry = looked.entries[path] { store.learn(path, entry) } }
            if isDistrusted { return store.forget(context: context) }
            for note in notes {
                guard let file = try? manifest.entry(note.id), let name = String(validating: file.name, as: UTF8.self), let own = note.script.content else { continue }
                store.learn(note.script.path, own)
                for other in note.others { if let content = other.content { store.learn(other.path, content) } }
                store.add(KeptVerdict(file: name, context: context, digest: own.digest, inputs: note.others.map { .init(path: $0.path, digest: $0.content?.digest) },
                                      tests: note.tests, skipped: note.skipped, run: directory.spec.id))
            }
        }
    }
}
