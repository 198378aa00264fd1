import FoundationEssentials
import Glibc

/// What a program for one file says of it in JSON, with the keys of the older test runners: `summary{failed, timed_out,
/// errors, skipped}` and `detailed_failures[{file_path, failures[{sql_statement, expected_result, actual_result,
/// error_message, line_number}]}]`. Every key may be missing.
struct CommandResults: Decodable {
    private struct Summary: Decodable {
        var failed: Int?
        var timed_out: Int?
        var errors: Int?
        var skipped: Int?
    }

    private struct FailedFile: Decodable {
        var failures: [Detail]?
    }

    private struct Detail: Decodable {
        var sql_statement: Text?
        var expected_result: Text?
        var actual_result: Text?
        var error_message: Text?
        var line_number: Text?
    }

    /// A value as text: harnesses write results as text, numbers or lists.
    private struct Text: Decodable {
        var text: String

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let string = try? value.decode(String.self) {
                text = string
            } else if let integer = try? value.decode(Int.self) {
                text = String(integer)
            } else if let number = try? value.decode(Double.self) {
                text = String(number)
            } else if let flag = try? value.decode(Bool.self) {
                text = String(flag)
            } else if let list = try? value.decode([Text].self) {
                text = list.map(\.text).joined(separator: "\n")
            } else {
                text = ""
            }
        }
    }

    private var summary: Summary?
    private var detailed_failures: [FailedFile]?

    /// Bytes of such a file that are read.
    private static let limit = 16 << 20

    /// - Returns: nil when there is no such file, or nothing in it.
    /// - Throws: when it cannot be read or understood.
    static func read(_ path: Path) throws(FleetError) -> CommandResults? {
        guard let file = File(ifPossible: path, O_RDONLY | O_NONBLOCK) else {
            if errno == ENOENT { return nil }
            throw .system("read the program's results")
        }
        let size = Int(try file.status().st_size)
        guard size <= limit else { throw FleetError(.invalid, "cannot read the program's results: they have more than \(limit) bytes") }
        if size == 0 { return nil }
        let bytes = try file.read(size, at: 0)
        do {
            return try JSONDecoder().decode(CommandResults.self, from: Data(bytes))
        } catch {
            throw FleetError(.invalid, "cannot read the program's results: not the JSON that is expected")
        }
    }

    /// Errors that it speaks of, listed or only counted.
    var errors: Int {
        max(failures.count, [summary?.failed, summary?.timed_out, summary?.errors].reduce(0) { $0 + Self.count($1) })
    }

    var skipped: Int { Self.count(summary?.skipped) }

    /// A count that can be added to others, whatever the program says.
    private static func count(_ said: Int?) -> Int { min(max(0, said ?? 0), 1 << 40) }

    var failures: [RecordFailure] {
        (detailed_failures ?? []).flatMap { $0.failures ?? [] }.map { detail in
            RecordFailure(line: detail.line_number.flatMap { Int($0.text) } ?? 0, message: detail.error_message?.text ?? "",
                          sql: detail.sql_statement?.text ?? "", expected: detail.expected_result?.text ?? "", actual: detail.actual_result?.text ?? "")
        }
    }

    /// `execution` with what the program says. An exit code of 0 is no pass if it says that something failed.
    func complete(_ execution: FileExecution) -> FileExecution {
        var execution = execution
        execution.failures = failures
        execution.skipped = skipped
        execution.errors = max(execution.errors, errors)
        if execution.outcome == .pass, errors > 0 {
            execution.outcome = .fail
            execution.message = "the program left with exit code 0, but its results name \(errors) failure\(errors == 1 ? "" : "s")"
        }
        return execution
    }
}
