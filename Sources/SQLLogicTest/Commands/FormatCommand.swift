/// What `slt-worker run --format FILE…` does.
public struct FormatCommand: Sendable {
    public var files: [String]
    public var dialect: Dialect

    public init(files: [String], dialect: Dialect) {
        self.files = files
        self.dialect = dialect
    }

    /// - Returns: 0, or 2 if a file could not be read or written.
    public func run(diagnostics: (String) -> Void) -> Int32 {
        var code: Int32 = 0
        for file in files {
            do throws(SQLLogicTestError) {
                let script = try Script(path: file)
                let text = ScriptFormat.normalised(script, dialect)
                guard !text.elementsEqual(UnsafeBufferPointer(start: script.base, count: script.count)) else { continue }
                try WholeFile.write(text, to: file)
            } catch {
                diagnostics("\(file): \(error)\n")
                code = 2
            }
        }
        return code
    }
}
