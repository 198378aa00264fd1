import Glibc
@testable import Fleet
import TestSupport
import Testing

@Suite("files that failed so far") struct FailingFilesTests {
    private let fixture: FleetFixture
    private let directory: RunDirectory

    init() throws {
        fixture = try FleetFixture()
        try fixture.toys(["a.toy": "pass"])
        directory = try fixture.make()
    }

    private func append(_ records: [FileRecord]) throws { try append(lines(records)) }

    private func lines(_ records: [FileRecord]) -> [UInt8] { records.flatMap { EventLine.finished($0.json, at: 1.5) } }

    private func append(_ bytes: [UInt8]) throws {
        let file = try File(directory.layout.events, O_RDWR | O_CREAT)
        try file.write(bytes, at: Int(try file.status().st_size))
    }

    private func record(_ id: Int, _ outcome: Outcome, iteration: Int? = nil) -> FileRecord {
        var record = FileRecord(id: id, file: "a \"b\" \(id).test", outcome: outcome, finishedAt: 1, failures: outcome == .fail ? [RecordFailure(line: 1, message: "one"), RecordFailure(line: 2, message: "two")] : [])
        record.iteration = iteration
        return record
    }

    @Test("those that failed are told, the latest last, each with its first failure; asking again tells what came since")
    func grows() throws {
        var failing = FailingFiles(directory)
        #expect(try failing.records() == [])
        try append([record(0, .pass), record(1, .fail), record(2, .blocked), record(3, .crashed), record(4, .untested)])
        #expect(try failing.records().map(\.id) == [1, 3])
        #expect(try failing.records()[0].failures.map(\.message) == ["one"])
        // A line that is being written is told once it is whole.
        let line = lines([record(5, .timeout)])
        try append(Array(line.dropLast(3)))
        #expect(try failing.records().map(\.id) == [1, 3])
        #expect(try FailingFiles(directory).fresh() == [1, 3])
        try append(Array(line.suffix(3)))
        #expect(try failing.records().map(\.id) == [1, 3, 5])
        #expect(try FailingFiles(directory).fresh() == [1, 3, 5])
        try append([record(6, .fail)])
        #expect(try failing.records().map(\.id) == [1, 3, 5, 6])
    }

    @Test("a record that is longer than what is read at once hides none behind it")
    func long() throws {
        var wide = record(1, .fail)
        wide.message = String(repeating: "x", count: 5 << 20)
        try append([wide, record(0, .fail)])
        #expect(try FailingFiles(directory).fresh() == [1, 0])
        let announced = try EventLog(directory.layout.events).announced(Positions(directory.manifest(), directory.spec))
        #expect(announced.files == [0], "the manifest has one file")
    }

    @Test("of very many the latest are kept, and a file that fails in each round is there once")
    func bounded() throws {
        try append((0..<500).map { record($0, .fail) } + [record(490, .fail, iteration: 2)])
        var failing = FailingFiles(directory)
        let found = try failing.records().map(\.id)
        #expect(found.count == FailingFiles.kept)
        #expect(found.suffix(3) == [498, 499, 490] && Set(found).count == found.count)
    }
}

extension FailingFiles {
    /// The ids that a new reader finds.
    fileprivate func fresh() throws -> [Int] {
        var copy = self
        return try copy.records().map(\.id)
    }
}
