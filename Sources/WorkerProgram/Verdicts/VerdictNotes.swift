import Glibc
import Platform
import SQLLogicTest

/// Looks at the inputs of files that passed, for the runs to come.
struct VerdictNotes {
    /// Where the notes of this worker go.
    let path: String
    let dialect: Dialect
    let workspace: String

    /// A script as it was before it was run.
    struct Beginning {
        fileprivate let stamp: FileStamp?
        fileprivate let time: Int
    }

    init(path: String, dialect: Dialect, workspace: String) {
        self.path = path
        self.dialect = dialect
        self.workspace = workspace
        mkdir(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]), 0o700)
    }

    /// Call it before the file is read.
    func begin(_ file: String) -> Beginning {
        var stamp = FileStamp(file)
        // What was written a moment ago could be changed once more without a trace.
        if let seen = stamp, !seen.isSettled(at: Clock.nanoseconds) {
            Clock.pauseThread(Double(FileStamp.tick) / 1e9)
            stamp = FileStamp(file)
        }
        return Beginning(stamp: stamp, time: Clock.nanoseconds)
    }

    /// - Returns: why the verdict cannot be kept, if so.
    func note(_ file: String, id: Int, tests: Int, skipped: Int, since beginning: Beginning) -> String? {
        guard let script = try? Script(path: file) else { return nil }
        let survey = ScriptSurvey(script, dialect: dialect, workingDirectory: workspace)
        var note = VerdictNote(id: id, script: .init(path: file), others: survey.missing.map { .init(path: $0) }, tests: tests, skipped: skipped)
        let reason = survey.concerns.first { $0.kind != .outside } ?? survey.variation
        let words = reason.map { "line \($0.line)\($0.file.map { " of \($0)" } ?? ""): \($0.message)" }
        note.isExcluded = words != nil
        // What was changed while it was run has shown nothing that could be relied on.
        guard let own = content(file, beginning), FileStamp(file) == beginning.stamp else { return words }
        note.script.content = own
        for path in survey.inclusions {
            guard let found = content(path, beginning) else { return words }
            note.others.append(.init(path: path, content: found))
        }
        note.append(to: path)
        return words
    }

    private func content(_ path: String, _ beginning: Beginning) -> ContentDigests.Entry? {
        guard let stamp = FileStamp(path), stamp.isSettled(at: beginning.time), let digest = FileDigest.of(path), FileStamp(path) == stamp else { return nil }
        return ContentDigests.Entry(stamp: stamp.text, digest: digest)
    }
}
