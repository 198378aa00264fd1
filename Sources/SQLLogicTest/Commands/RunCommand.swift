import FoundationEssentials

/// What `slt-worker run FILE…` does: runs scripts one after the other and reports on each.
public struct RunCommand: Sendable {
    public var files: [String]
    public var options = RunOptions()
    /// One JSON object a line and file, in place of text.
    public var json = false

    public init(files: [String]) { self.files = files }

    /// - Parameters:
    ///   - output: takes text for standard output, whole lines.
    ///   - diagnostics: takes text for standard error, whole lines.
    /// - Returns: an exit code: 0 if all passed, 1 if tests failed, 2 if a file could not be run.
    public func run(on engine: some Engine, output: (String) -> Void, diagnostics: (String) -> Void) -> Int32 {
        let runner = FileRunner(options: options)
        var code: Int32 = 0
        for file in files {
            do {
                let verdict = try runner.run(path: file, on: engine)
                output(json ? try Self.line(verdict, file: file) : RunnerReport.text(verdict, file: file))
                if !verdict.passed { code = max(code, 1) }
                if options.haltOnError, !verdict.passed { break }
            } catch {
                diagnostics("\(file): \(error)\n")
                code = 2
            }
        }
        return code
    }

    private struct Line: Encodable {
        let file: String
        let verdict: FileVerdict

        func encode(to encoder: any Encoder) throws {
            try verdict.encode(to: encoder)
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(file, forKey: .file)
            try container.encode(verdict.passed, forKey: .passed)
        }

        enum Keys: CodingKey { case file, passed }
    }

    private static func line(_ verdict: FileVerdict, file: String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(Line(file: file, verdict: verdict)), as: UTF8.self) + "\n"
    }
}
