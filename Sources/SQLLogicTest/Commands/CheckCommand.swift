import FoundationEssentials

/// Reads scripts, runs nothing of them, and tells what is wrong with them and what they reach for.
package struct CheckCommand: Sendable {
    package var files: [String]
    package var dialect: Dialect
    /// Where relative paths of DuckDB's dialect start from; nil is the process's own folder.
    package var workingDirectory: String?
    /// Reports one JSON object a file, each on a line, instead of text.
    package var json = false

    package init(files: [String], dialect: Dialect) {
        self.files = files
        self.dialect = dialect
    }

    /// One file as JSON.
    private struct Report: Codable {
        var file: String
        var records: Int
        var problems: [ScriptFinding]
        var concerns: [ScriptFinding]
        var includes: [String]
    }

    /// - Parameters:
    ///   - output: takes text for standard output, whole lines.
    ///   - diagnostics: takes text for standard error, whole lines.
    /// - Returns: an exit code: 0 if nothing is wrong, 1 if something is, 2 if a file cannot be read.
    package func run(output: (String) -> Void, diagnostics: (String) -> Void) -> Int32 {
        var code: Int32 = 0
        for file in files {
            do throws(SQLLogicTestError) {
                let survey = ScriptSurvey(try Script(path: file), dialect: dialect, workingDirectory: workingDirectory)
                output(json ? Self.json(survey, file) : Self.text(survey, file))
                if !survey.problems.isEmpty { code = max(code, 1) }
            } catch {
                diagnostics(SafeLine.of("\(RawPath.shown(name: file)): \(RawPath.shown(error.message))") + "\n")
                code = 2
            }
        }
        return code
    }

    // MARK: Reports

    private static func text(_ survey: ScriptSurvey, _ file: String) -> String {
        let name = RawPath.shown(name: file)
        var lines = survey.problems.map { line($0, name, "wrong") } + survey.concerns.map { line($0, name, "note") }
        lines.append(SafeLine.of("\(name): \(counted(survey.records, "record")), \(survey.problems.isEmpty ? "nothing wrong" : "\(survey.problems.count) wrong"), "
            + (survey.concerns.isEmpty ? "reaches for nothing outside" : "\(counted(survey.concerns.count, "note"))")))
        return lines.joined(separator: "\n") + "\n"
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    private static func line(_ finding: ScriptFinding, _ file: String, _ word: String) -> String {
        SafeLine.of("\(finding.file.map { RawPath.shown(name: $0) } ?? file):\(finding.line): \(word): \(RawPath.shown(finding.message))"
            + (finding.kind.map { " [\($0.rawValue)]" } ?? ""))
    }

    private static func json(_ survey: ScriptSurvey, _ file: String) -> String {
        let report = Report(file: RawPath.shown(name: file), records: survey.records, problems: survey.problems.map(\.shown),
                            concerns: survey.concerns.map(\.shown), includes: survey.inclusions.map { RawPath.shown(name: $0) })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ((try? encoder.encode(report)).map { String(decoding: $0, as: UTF8.self) } ?? "{}") + "\n"
    }
}

extension ScriptFinding {
    /// With file names in the form for people and programs; see ``RawPath``.
    fileprivate var shown: ScriptFinding {
        var shown = self
        shown.file = file.map { RawPath.shown(name: $0) }
        shown.message = RawPath.shown(message)
        return shown
    }
}
