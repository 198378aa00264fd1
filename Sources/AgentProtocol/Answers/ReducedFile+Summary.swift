import Platform

extension ReducedFile {
    /// For people: how far it came, why it fails, and where it is.
    /// - Parameters:
    ///   - file: its name in the source tree.
    ///   - script: where the reproducer was written.
    ///   - sql: where its statements were written; nil where they were not.
    package func summary(of file: String, script: String, sql: String?) -> String {
        var lines = ["\(SafeText.line(file, limit: 500))\(line > 0 ? ":\(line)" : ""): \(Human.count(total, "record")) → \(Human.count(progress.records, "record")) "
            + "(\(Human.count(progress.tries, "try", "tries")), \(Human.fixed(seconds, 1)) s)\(isMinimal ? "" : "; not all was tried: the same command goes on")"]
        lines.append(line > 0 ? "It fails because \(reason)." : "It is left because \(reason).")
        lines += [flakiness, resumption].compactMap(\.self)
        switch confirmation {
        case nil: lines.append("The reproducer was not run once more.")
        case ""?: break
        case let problem?: lines.append("warning: run alone, the reproducer does not fail where it must: \(problem)")
        }
        lines.append("wrote \(SafeText.line(script, limit: 1000))\(sql.map { " and \(SafeText.line($0, limit: 1000))" } ?? "")")
        return lines.joined(separator: "\n") + "\n"
    }
}
