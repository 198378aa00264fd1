import AgentProtocol
import Fleet
import Synchronization

/// Collects what comes of a closer look.
final class DiagnosisFindings: Sendable {
    struct Findings {
        var engine: EngineIdentity?
        var source: SourceState?
        var record: FileRecord?
        var reduced: ReducedFile?
        var database: KeptDatabase?
    }

    private let box = Mutex(Findings())

    var state: Findings { box.withLock { $0 } }

    func add(_ answer: DiagnosisAnswer) {
        box.withLock { state in
            switch answer {
            case .engine(let engine): state.engine = engine
            case .source(let source): state.source = source
            case .reproduced(let record): state.record = record
            case .reduced(let file): state.reduced = file
            case .database(let command, let note): state.database = KeptDatabase(open: command, note: note)
            case .progress, .refused: break
            }
        }
    }
}
