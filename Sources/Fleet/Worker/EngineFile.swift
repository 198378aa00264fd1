import Glibc

/// `engine.json`: what ran the files. Written by the first worker that has its engine, and looked at again by the first one after each start of a
/// supervisor: where a run goes on on another engine, what differs is no longer known of the run.
enum EngineFile {
    /// Does nothing where another worker has done it or is about to. Nothing that goes wrong here matters to the run.
    /// - Parameter inspect: looks at the engine; may take as long as its digest takes.
    static func write(_ layout: RunLayout, _ inspect: () -> EngineIdentity?) {
        // `tmp` is emptied by each supervisor that takes over.
        let mark = layout.temporary / "engine.seen"
        guard !mark.exists, let lock = File(ifPossible: layout.temporary / "engine.lock", O_RDWR | O_CREAT), (try? lock.tryLock()) == true, !mark.exists,
              let found = inspect() else { return }
        let known = (try? layout.engine.contents(limit: 1 << 20)).flatMap { try? JSON.decode(EngineIdentity.self, $0, layout.engine) }
        let identity = known.map { $0.agreeing(with: found) } ?? found
        if identity != known {
            // Of an element of a cluster's job others may write it, too.
            let draft = layout.temporary / "engine.json"
            guard let bytes = try? JSON.encode(identity), (try? draft.replace(with: bytes)) != nil, (try? draft.rename(to: layout.engine)) != nil else { return }
        }
        _ = File(ifPossible: mark, O_WRONLY | O_CREAT)
    }
}

extension EngineIdentity {
    /// What both say.
    func agreeing(with other: EngineIdentity) -> EngineIdentity {
        var copy = self
        if name != other.name || version != other.version { copy.version = nil }
        if name != other.name || digest != other.digest { copy.digest = nil }
        if libraries != other.libraries { copy.libraries = nil }
        if worker != other.worker { copy.worker = nil }
        if host != other.host { copy.host = nil }
        if kernel != other.kernel { copy.kernel = nil }
        if environment != other.environment { copy.environment = nil }
        return copy
    }
}
