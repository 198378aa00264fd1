import Testing
@testable import Fleet

/// What is told of an outcome, and where it is kept.
struct OutcomeTests {
    @Test("each outcome has a number of its own that fits a scoreboard, and other numbers stand for none")
    func codes() {
        #expect(Set(Outcome.allCases.map(\.code)).count == Outcome.allCases.count)
        for outcome in Outcome.allCases {
            #expect(Outcome(code: outcome.code) == outcome)
            #expect(outcome.code < Tally.wordCount)
        }
        for code in [-1, 8, 9, 10, 13, 255] { #expect(Outcome(code: code) == nil) }
    }

    @Test("the numbers of older releases stay")
    func oldCodes() {
        #expect([Outcome.pass, .fail, .timeout, .crashed, .outOfMemory, .unreadable, .skipped, .untested].map(\.code) == Array(0...7))
    }

    @Test("only a pass passes; failures, files kept out and untested ones are apart")
    func kinds() {
        #expect(Outcome.allCases.filter(\.isFailure) == [.fail, .timeout, .crashed, .outOfMemory, .unreadable])
        #expect(Outcome.allCases.filter(\.isKeptOut) == [.blocked, .unsupported, .skipped])
    }

    @Test("counts survive their words", arguments: Outcome.allCases)
    func words(outcome: Outcome) {
        var tally = Tally()
        tally.add(FileRecord(id: 0, file: "f", outcome: outcome, tests: 3, skipped: 2, errors: 1, finishedAt: 0))
        #expect(Tally(words: tally.words) == tally)
    }

    @Test("an outcome that nobody knows is no pass: neither in a record's line nor in a feed")
    func unknown() throws {
        let line = #"{"id":1,"file":"f","outcome":"fine","tests":1,"skipped":0,"errors":0,"duration":0}"#
        #expect(RecordHead(line: Array(line.utf8)) == nil)
        let path = Path("/tmp/slt-feed-\(UInt64.random(in: 0 ... .max))")
        defer { path.unlink() }
        var bytes = FeedEntry(id: 1, outcome: .pass, isWhole: true, isFlaky: false, line: Array("x\n".utf8)).bytes
        bytes[5] = 99
        try path.replace(with: bytes)
        var reader = FeedReader(path)
        let error = try #require(throws: FleetError.self) { try reader.read { _, _ in } }
        #expect(error.code == .corrupt)
    }

    @Test("an event's line tells the file, as this program and older ones write it", arguments: [
        (#"{"kind":"file-finished","time":1.5,"record":{"id":4,"file":"f"}}"#, EventLine.fileFinished(id: 4, iteration: nil)),
        (#"{"kind":"file-finished","time":1795000000.123456,"record":{"id":4,"iteration":2,"file":"f"}}"#, .fileFinished(id: 4, iteration: 2)),
        (#"{"kind":"iteration-finished","message":"iteration 1: pass 2","time":1}"#, .iterationFinished),
        (#"{"kind":"worker-died","message":"\"record\":{\"id\":4","time":1}"#, .other),
        (#"{"kind":"file-finished","time":"#, .other),
    ])
    func events(line: String, kind: EventLine) {
        #expect(EventLine(Array(line.utf8)[...]) == kind)
    }
}
