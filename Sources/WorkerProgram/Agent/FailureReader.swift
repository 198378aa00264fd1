import Fleet
import Synchronization

/// Reads which files of a run failed, for a client that asks again and again: of the run that it asked for last only what was added is read.
final class FailureReader: Sendable {
    private let last = Mutex<(run: String, files: FailingFiles)?>(nil)

    /// The latest of them, as of `FailingFiles`; `nil` where they cannot be read, which hides nothing else of the run.
    func records(of directory: RunDirectory) -> [FileRecord]? {
        last.withLock { last in
            var files = last?.run == directory.spec.id ? last?.files : nil
            if files == nil { files = FailingFiles(directory) }
            guard var reader = files else { return nil }
            let records = try? reader.records()
            last = (directory.spec.id, reader)
            return records
        }
    }
}
