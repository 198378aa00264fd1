import Fleet
import Synchronization

/// What an engine is given, between the message that brings it and the start of its supervisor.
final class HeldSecrets: Sendable {
    private let held = Mutex(EngineSecrets())

    func hold(_ secrets: EngineSecrets) { held.withLock { $0 = secrets } }

    /// What is held; it stays.
    var now: EngineSecrets { held.withLock { $0 } }

    func take() -> EngineSecrets {
        held.withLock { held in
            defer { held = EngineSecrets() }
            return held
        }
    }
}
