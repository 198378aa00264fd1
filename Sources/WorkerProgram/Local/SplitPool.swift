import Glibc
import Platform
import SQLLogicTest

/// Runs files in parts where they can be cut, each part as if it was a file, and gives each file the result that one run of it would have.
struct SplitPool: FilePool {
    var base: LocalPool
    /// Into how many parts a file is cut.
    let count: Int

    /// A file whose result is not whole yet.
    private struct Pending {
        var parts: Int
        var found: [FileResult] = []
    }

    mutating func run(_ files: [String], failFast: Bool, onResult: (FileResult) -> Void) {
        var names: [String] = []
        var parts: [ScriptPart?] = []
        var pending: [Pending] = []
        for file in files {
            let own = self.parts(of: file)
            names += Array(repeating: file, count: own.count)
            parts += own
            pending.append(Pending(parts: own.count))
        }
        base.parts = parts
        let merging = self
        var at = 0
        // From the first file on whose parts do not fit together results wait, to be told in order.
        var waiting: [(file: Int, result: FileResult?)] = []
        base.run(names, failFast: failFast) { result in
            pending[at].found.append(result)
            guard pending[at].found.count == pending[at].parts else { return }
            let whole = merging.whole(pending[at].found)
            pending[at].found = []
            if whole == nil || !waiting.isEmpty { waiting.append((at, whole)) } else if let whole { onResult(whole) }
            at += 1
        }
        base.parts = []
        for (file, result) in waiting {
            if let result { onResult(result) } else { base.run([files[file]], failFast: failFast, onResult: onResult) }
        }
    }

    private func parts(of file: String) -> [ScriptPart?] {
        guard let script = try? Script(path: base.work.path(of: file)),
              case .parts(let blocks) = PartPlan.make(script, count: count, options: base.work.options, engine: base.work.engine) else { return [nil] }
        return ScriptPart.all(blocks)
    }

    /// The result of a file whose parts have these.
    /// - Returns: nil where only one run of the whole file tells.
    private func whole(_ parts: [FileResult]) -> FileResult? {
        guard var whole = parts.first, whole.part != nil else { return parts.first }
        guard let script = try? Script(path: base.work.path(of: whole.file)) else { return nil }
        var merge = PartMerge(script, options: base.work.options, engine: base.work.engine.name)
        for part in parts {
            whole.seconds = max(whole.seconds, part.seconds)
            guard let verdict = part.verdict, let report = part.part else {
                // It was lost before all that the parts behind it have found.
                whole.verdict = part.verdict
                whole.error = part.error
                whole.part = nil
                return whole
            }
            merge.add(verdict, report)
            if merge.isDivided { return nil }
            if merge.isOver { break }
        }
        whole.part = nil
        whole.verdict = merge.whole()
        if base.isInProcess, base.memory != nil { whole.verdict?.markIfOutOfMemory() }
        return explained(whole)
    }

    private func explained(_ result: FileResult) -> FileResult {
        guard let explainer = base.explainer else { return result }
        var told = result
        if !base.tellsRows { told.verdict?.rows = nil }
        let hashed = (result.verdict?.rows ?? []).filter { $0.expected == nil }
        guard !hashed.isEmpty, let folder = PrivateFolder.make("slt-run-") else { return told }
        defer { rmdir(folder) }
        return explainer.explained(told, hashed, path: base.work.path(of: result.file), scratch: "\(folder)/replay")
    }
}
