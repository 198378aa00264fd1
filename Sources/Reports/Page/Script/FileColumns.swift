import Fleet
import Platform
import RemoteKit

/// The page's list of files, a list for each thing that is known of all of them. It takes no more bytes than it is given, as they stand in the page.
struct FileColumns {
    /// Seconds since 1970.
    private let start: Double
    /// Bytes that are left.
    private var room: Int
    private var names: [ScriptValue] = []
    private var figures: [[ScriptValue]] = Array(repeating: [], count: Self.figureNames.count)
    private var rounds: [ScriptValue] = []
    private var reasons: [ScriptValue] = [], reasonNumbers: [String: Int] = [:], ofFile: [(String, ScriptValue)] = []
    private var flaky: [(String, ScriptValue)] = []

    /// Characters of a name.
    static let name = 400
    /// Characters of a reason.
    private static let reason = 200
    /// A host may give each file a reason of its own.
    private static let mostReasons = 2000
    private static let figureNames = ["outcome", "duration", "cpu", "tests", "skipped", "worker", "begin"]
    /// Bytes of a comma, and of a file's number before a member of its own.
    private static let comma = 1, key = 12

    /// - Parameters:
    ///   - start: when the run began, in seconds since 1970.
    ///   - room: bytes.
    init(start: Double, room: Int) {
        self.start = start
        self.room = room
    }

    /// Files.
    var count: Int { names.count }

    /// Adds a file.
    /// - Parameter record: what its outcome and its flaky records are told from; `nil` for a file that passed.
    /// - Returns: whether there was room.
    mutating func add(_ file: RunDetails.File, _ record: FileRecord?) -> Bool {
        let name = ScriptValue.text(SafeText.line(file.file, limit: Self.name)), numbers = numbers(file)
        let unsteady = record.flatMap { file.isFlaky ? Self.flaky($0) : nil }
        let told = file.cachedFrom == nil ? record?.message ?? "" : "not run: it \(RunReport.origin(file)) with the same inputs"
        let said = file.outcome.isFailure ? "" : SafeText.line(told, limit: Self.reason)
        var size = ([name] + numbers).reduce(0) { $0 + $1.writtenOut.size + Self.comma }
        if let round = file.iteration { size += ScriptValue.number(round).writtenOut.size + Self.comma }
        if let unsteady { size += unsteady.writtenOut.size + Self.key }
        if !said.isEmpty { size += Self.key * 2 + (reasonNumbers[said] == nil ? ScriptValue.text(said).writtenOut.size : 0) }
        guard size <= room else { return false }
        room -= size
        let index = String(names.count)
        names.append(name)
        for (column, number) in numbers.enumerated() { figures[column].append(number) }
        if let round = file.iteration { rounds.append(.number(round)) }
        if !said.isEmpty, let number = self.number(of: said) { ofFile.append((index, .number(number))) }
        if let unsteady { flaky.append((index, unsteady)) }
        return true
    }

    private func numbers(_ file: RunDetails.File) -> [ScriptValue] {
        let milliseconds = { (seconds: Double) in seconds.isFinite ? Int(max(-1, min(1e12, seconds * 1000)).rounded()) : -1 }
        let numbers = [Outcome.allCases.firstIndex(of: file.outcome) ?? 0, milliseconds(file.duration), milliseconds(file.cpu ?? -1), file.tests, file.skipped,
                       file.worker ?? -1, milliseconds(file.finishedAt - file.duration - start)]
        return numbers.map { .number($0) }
    }

    /// - Returns: `nil` where there are too many: the file then has none.
    private mutating func number(of reason: String) -> Int? {
        if let number = reasonNumbers[reason] { return number }
        guard reasons.count < Self.mostReasons else { return nil }
        reasonNumbers[reason] = reasons.count
        reasons.append(.text(reason))
        return reasons.count - 1
    }

    /// `passed in 3 of 4 runs`, then the lines that failed in some of them.
    private static func flaky(_ record: FileRecord) -> ScriptValue {
        let runs = record.runs.map { "passed in \(Human.count($0.passed)) of \(Human.count($0.passed.addingReportingOverflow($0.failed).partialValue, "run"))" }
        let lines = (record.flakyRecords ?? []).prefix(10).map { "line \(Human.count($0.line)) failed in \(Human.count($0.failed)) of \(Human.count($0.runs))" }
        return .text(((runs.map { [$0] } ?? []) + lines).joined(separator: "; "))
    }

    var value: ScriptValue {
        .object([("name", .list(names))] + zip(Self.figureNames, figures.map { .list($0) }).map { ($0, $1) } + [
            ("round", .list(rounds)), ("reasons", .list(reasons)), ("reason", .object(ofFile)), ("flaky", .object(flaky)),
        ])
    }
}
