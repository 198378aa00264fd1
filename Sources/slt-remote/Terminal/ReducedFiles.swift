import AgentProtocol
import FoundationEssentials
import Platform
import RemoteKit

/// Where a reproducer and its SQL are written.
enum ReducedFiles {
    /// - Parameters:
    ///   - output: where the script goes; `FILE-LINE.test` unless told, which replaces no file that is not such a one.
    ///   - folder: where that is; the current one unless told.
    /// - Returns: the two files.
    static func write(_ reduced: ReducedFile, of file: String, to output: String?, in folder: String? = nil) throws(RemoteError) -> (script: String, sql: String) {
        let script = output ?? (folder.map { $0 + "/" } ?? "") + name(file, reduced.line)
        if output == nil, let there = FileManager.default.contents(atPath: script), !there.starts(with: "# Reduced from ".utf8) {
            throw RemoteError(.usage, "cannot write \(script): another file is there", remedy: .advice("name one with --output"))
        }
        if let folder { try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
        let sql = (script.hasSuffix(".test") ? String(script.dropLast(5)) : script) + ".sql"
        try WholeOutput.write(Array(reduced.script.utf8), to: script)
        try WholeOutput.write(Array(reduced.sql.utf8), to: sql)
        return (script, sql)
    }

    /// `select1-124.test`
    private static func name(_ file: String, _ line: Int) -> String {
        let last = file.split(separator: "/").last.map(String.init) ?? "reduced"
        let stem = [".test", ".slt"].first { last.hasSuffix($0) }.map { String(last.dropLast($0.count)) } ?? last
        return "\(stem)-\(line).test"
    }
}
