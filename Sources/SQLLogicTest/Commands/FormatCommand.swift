/// Brings files into one form; see ``ScriptFormatter``.
package struct FormatCommand: Sendable {
    package var files: [String]
    package var dialect: Dialect

    package init(files: [String], dialect: Dialect) {
        self.files = files
        self.dialect = dialect
    }

    /// - Returns: 0, or 2 if a file could not be read or written.
    package func run(diagnostics: (String) -> Void) -> Int32 {
        var code: Int32 = 0
        for file in files {
            do throws(SQLLogicTestError) {
                let script = try Script(path: file)
                let text = ScriptFormatter.normalised(script, dialect)
                guard !text.elementsEqual(UnsafeBufferPointer(start: script.base, count: script.count)) else { continue }
                try WholeFile.write(text, to: file)
            } catch {
                diagnostics(SafeLine.of("\(RawPath.shown(name: file)): \(RawPath.shown(error.message))") + "\n")
                code = 2
            }
        }
        return code
    }
}
