import Fleet
@testable import RemoteKit
@testable import Reports
import Testing

/// What the texts look like, held as a whole; a change here is a change for everybody who reads them.
@Suite("snapshots") struct SnapshotTests {
    private let now = Samples.start + 192
    private let running = Samples.status(workers: Samples.workers(8))
    private let busy = Samples.status(queued: 4, running: 56, wanted: 64, workers: Samples.workers(64))
    private let clean = Samples.status(.finished, total: 3, queued: 0, running: 0, outcomes: [.pass: 3], timeLeft: nil,
                                       finishedAfter: 4, utilisation: 0.95)
    private let lost = Samples.status(.finished, total: 3, queued: 0, running: 0, outcomes: [.pass: 1], timeLeft: nil, finishedAfter: 4)
    private let ended = Samples.status(.finished, queued: 0, running: 0,
                                       outcomes: [.pass: 54, .fail: 1, .timeout: 1, .crashed: 1, .blocked: 1, .untested: 1],
                                       timeLeft: nil, finishedAfter: 192, restarts: 2, utilisation: 0.41)
    private let failures = Samples.failures.map { ReportedFile($0) }
    private let keptOut = [KeptOutFile(path: "test/big.test", reason: "needs 70 GB")]

    private func screen(_ status: RunStatus?, _ sample: HostSample?, mode: RunMode? = nil) -> StatusScreen {
        StatusScreen(status: status, mode: mode, sample: sample, host: "sandbox", now: now)
    }

    @Test("the progress line shows everything where there is room")
    func progressWide() {
        #expect(ProgressLine.text(running, sample: Samples.host(), now: now, style: Style(width: 120)) + "\n" == #"""
            34/59 files · 3 failed · files 0.2/s · tests 1,687/s · 7/8 workers · CPU 94 % · budget 56m48s · ETA 2m25s

            """#)
    }

    @Test("the progress line leaves out what matters least at 80 columns")
    func progress80() {
        #expect(ProgressLine.text(running, sample: Samples.host(), now: now, style: Style()) + "\n" == #"""
            34/59 files · 3 failed · files 0.2/s · 7/8 workers · budget 56m48s · ETA 2m25s

            """#)
    }

    @Test("the progress line keeps files and failures in any case")
    func progress40() {
        #expect(ProgressLine.text(running, sample: nil, now: now, style: Style(unicode: false, width: 40)) + "\n" == #"""
            34/59 files | 3 failed | budget 56m48s

            """#)
    }

    @Test("the summary counts every file and shows those that failed by name, with their past")
    func summaryFailed() {
        var report = RunReport(status: ended, failures: failures, keptOut: keptOut, host: "sandbox", results: "results/x")
        report.failures[0].past = FailurePast(runs: 20, failed: 3, firstCommit: "4c1f2e", firstAt: Samples.start - 2 * 86_400)
        report.failures[1].past = FailurePast(runs: 20, failed: 0)
        report.upwards = "../"
        #expect(report.text(Style(), now: Samples.start) == #"""
            3 of 59 files failed, 1 untested, 1 blocked in 3m12s (run 20261121-013000-k3f9 on sandbox)

              passed                54
              failed                 1
              timed out              1
              crashed                1
              blocked                1
              unsupported            0
              skipped                0
              untested               1
              total                 59   pass rate 91.5 %, of all files found
              blocked: test/big.test (needs 70 GB)

            323,840 tests run, 54,142 skipped, 1,687/s; 8 workers, 2 replaced
            CPU 41 % of the host's cores on average
            warning: the host was not busy; more workers, or a few long files held the end up

            3 failing files:
              ../test/a.test:12: wrong result; 3 records (failed 3 of the last 20 runs, first on 4c1f2e, two days ago)
                  sql       SELECT a
                            FROM t
                    1
                  - 2
                  + 3
              ../test/a.test:40: statement error: no such table: t\e[2J
                  sql       DROP TABLE t
                  … and 1 more record of this file
              ../test/c.test: crashed: signal 11 (new: passed in the last 20 runs)
                  output    x\x07
                            y
              ../test/it's\nhere.test: timed out: killed after 5m00s
              in full: slt-remote report --host sandbox 20261121-013000-k3f9

            results: results/x
            resume:  slt-remote run --host sandbox --resume 20261121-013000-k3f9
            again:   slt-remote run --host sandbox ../test/a.test
                     slt-remote run --host sandbox --failed

            """#)
    }

    @Test("the summary of a clean run is short")
    func summaryPassed() {
        #expect(RunReport(status: clean, failures: [], host: "sandbox").text(Style(), now: 0) == #"""
            all 3 files passed in 4.0s (run 20261121-013000-k3f9 on sandbox)

              passed                 3
              failed                 0
              blocked                0
              unsupported            0
              skipped                0
              untested               0
              total                  3   pass rate 100.0 %, of all files found

            323,840 tests run, 54,142 skipped, 80,960/s; 8 workers, 0 replaced
            CPU 95 % of the host's cores on average

            results: still on the host; slt-remote fetch --host sandbox 20261121-013000-k3f9

            """#)
    }

    @Test("files without a record are shown as what they are")
    func summaryLost() {
        #expect(RunReport(status: lost, failures: [], host: "u@h", results: nil).text(Style(), now: 0) == #"""
            incomplete, 1 of 3 files passed, 2 untested in 4.0s (run 20261121-013000-k3f9 on u@h)

              passed                 1
              failed                 0
              blocked                0
              unsupported            0
              skipped                0
              untested               0
              no record              2
              total                  3   pass rate 33.3 %, of all files found

            323,840 tests run, 54,142 skipped, 80,960/s; 8 workers, 0 replaced

            results: still on the host; slt-remote fetch --host u@h 20261121-013000-k3f9
            resume:  slt-remote run --host u@h --resume 20261121-013000-k3f9

            """#)
    }

    @Test("want of memory is named once")
    func summaryOutOfMemory() {
        let message = "out of memory: ended by the kernel at its limit of 100 MiB at line 7"
        let records = [FileRecord(id: 0, file: "hog.test", outcome: .outOfMemory, finishedAt: Samples.start, message: message),
                       FileRecord(id: 1, file: "big.test", outcome: .outOfMemory, finishedAt: Samples.start, message: "too big")]
        let text = RunReport(status: ended, failures: records.map { ReportedFile($0) }, host: "h").text(Style(), now: 0)
        #expect(text.contains("  hog.test: \(message)\n"))
        #expect(text.contains("  big.test: out of memory: too big\n"))
    }

    @Test("the summary of ten thousand failing files is some pages long, and says how to see them all")
    func summaryBounded() throws {
        let many = (0..<100).map { number in
            FileRecord(id: number, file: "t/\(1000 + number).test", outcome: .fail, errors: 50, finishedAt: 0,
                       failures: (0..<50).map { RecordFailure(line: $0 + 1, message: "wrong result", sql: "SELECT\n\($0)\n1", expected: "1\n2\n3\n4\n5", actual: "6\n7\n8\n9") })
        }
        var status = Samples.status(.finished, total: 10_000, queued: 0, running: 0, outcomes: [.fail: 10_000], timeLeft: nil, finishedAfter: 60)
        status.flaky = 2000
        let flaky = many.map { record in
            var record = record
            record.flaky = true
            return record
        }
        let kept = (0..<1000).map { KeptOutFile(path: "b/\($0)", reason: "r") }
        let text = RunReport(status: status, failures: many.reversed().map { ReportedFile($0) }, keptOut: kept, flaky: flaky, host: "h").text(Style(), now: 0)
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count < 130)
        #expect(text.contains("\n10,000 failing files:\n  t/1000.test:1: wrong result; 50 records\n"))
        #expect(text.contains("\n  … and 9,970 more; all of them: slt-remote report --host h 20261121-013000-k3f9\n"))
    }

    @Test("files that passed and failed are named with their records, and what a host sends is made safe")
    func flaky() {
        var record = FileRecord(id: 0, file: "test/a\u{1B}[2J.test", outcome: .pass, finishedAt: 0)
        record.flaky = true
        record.runs = RunCounts(passed: 88, failed: 5)
        record.flakyRecords = [FlakyRecord(line: 9, failed: 5, runs: 93)]
        let huge = RunCounts(passed: .max, failed: .max)
        var second = record
        second.file = "test/b.test"
        second.runs = huge
        second.flakyRecords = nil
        var status = Samples.status(.finished)
        status.flaky = 4
        let text = RunReport(status: status, failures: [], flaky: [record, second], host: "h").text(Style(), now: now)
        #expect(text.contains(": passed in 88 of 93 runs; line 9 failed in 5\n  test/b.test: passed in "))
        #expect(text.contains("  … and 2 more: slt-remote report --host h 20261121-013000-k3f9\n"))
        #expect(!text.contains("\u{1B}"))
    }

    @Test("a run that claims nothing says why, and a soak run does not say when it is done")
    func noClaims() {
        var status = Samples.status()
        func line() -> String { ProgressLine.text(status, sample: Samples.host(), now: now, style: Style(width: 140)) }
        #expect(line().contains("ETA"))
        status.paused = .memory
        #expect(line().contains("waiting for memory"))
        #expect(!line().contains("ETA"))
        status.paused = .asked
        #expect(line().contains(" paused "))
        status.paused = nil
        status.iteration = 3
        #expect(!line().contains("ETA"))
        #expect(!line().contains("paused"))
    }

    @Test("the time that is left is not told of the last files, each of which takes as long as it takes")
    func lastFiles() {
        let line = ProgressLine.text(Samples.status(queued: 0, running: 1), sample: Samples.host(), now: now, style: Style(width: 120))
        #expect(line.contains("budget 56m48s"))
        #expect(!line.contains("ETA"))
    }

    @Test("the status of eight workers fits a terminal")
    func status8() {
        #expect(screen(running, Samples.host(), mode: .drain).text(Style(height: 24)) == #"""
            run 20261121-013000-k3f9 on sandbox   running, drain   3m12s, budget 56m48s
            ███████████████████████████░░░░░░░░░░░░░░░░░░░ 34/59 files, 8 running, 17 queued
            passed 30   failed 2   timed out 1   blocked 1
            323,840 tests, 54,142 skipped   workers 8 of 8, 7 busy, 0 replaced

            slot     pid state     elapsed   cpu      rss    line file
               0    4000 running      0.0s  97 %    12 MB     120 …between/0/slt_good_0.test
               1    4001 running      3.0s  97 %    13 MB     121 …between/1/slt_good_1.test
               2    4002 running      6.0s  97 %    14 MB     122 …between/2/slt_good_2.test
               3    4003 running      9.0s  97 %    15 MB     123 …between/3/slt_good_3.test
               4    4004 running       12s  97 %    16 MB     124 …between/4/slt_good_4.test
               5    4005 running       15s  97 %    17 MB     125 …between/5/slt_good_5.test
               6    4006 running       18s  97 %    18 MB     126 …between/6/slt_good_6.test
               7    4007 idle            -  97 %    19 MB       -

            CPU 94 %  ████
            4 cores, 512 processes   load 3.91 2.00 1.05   memory 13 GB of 123 GB

            """#)
    }

    @Test("the status of 64 workers shows those that matter and says why the host idles")
    func status64() {
        #expect(screen(busy, Samples.host(cores: 64, cpu: 0.12), mode: .soak).text(Style(unicode: false, height: 24)) == #"""
            run 20261121-013000-k3f9 on sandbox   running, soak   3m12s, budget 56m48s
            ###########################................... 34/59 files, 56 running, 4 queued
            passed 30   failed 2   timed out 1   blocked 1
            323,840 tests, 54,142 skipped   workers 64 of 64, 56 busy, 0 replaced
            CPU 12 %: 8 of 64 workers idle because the queue has 4 files left

            slot     pid state     elapsed   cpu      rss    line file
              62    4062 running     3m06s  97 %    74 MB     182 …tween/62/slt_good_62.test
              61    4061 running     3m03s  97 %    73 MB     181 …tween/61/slt_good_61.test
              60    4060 running     3m00s  97 %    72 MB     180 …tween/60/slt_good_60.test
              59    4059 running     2m57s  97 %    71 MB     179 …tween/59/slt_good_59.test
              58    4058 running     2m54s  97 %    70 MB     178 …tween/58/slt_good_58.test
              57    4057 running     2m51s  97 %    69 MB     177 …tween/57/slt_good_57.test
              56    4056 running     2m48s  97 %    68 MB     176 …tween/56/slt_good_56.test
              54    4054 running     2m42s  97 %    66 MB     174 …tween/54/slt_good_54.test
              53    4053 running     2m39s  97 %    65 MB     173 …tween/53/slt_good_53.test
              52    4052 running     2m36s  97 %    64 MB     172 …tween/52/slt_good_52.test
              51    4051 running     2m33s  97 %    63 MB     171 …tween/51/slt_good_51.test
              50    4050 running     2m30s  97 %    62 MB     170 …tween/50/slt_good_50.test
              49    4049 running     2m27s  97 %    61 MB     169 …tween/49/slt_good_49.test
            … and 51 more workers

            CPU 12 %  1111111111111111111111111111111111111111111111111111111111111111
            64 cores, 512 processes   load 3.91 2.00 1.05   memory 13 GB of 123 GB

            """#)
    }

    @Test("the status works without a run")
    func statusNone() {
        #expect(screen(nil, Samples.host()).text(Style()) == #"""
            no run on sandbox

            CPU 94 %  ████
            4 cores, 512 processes   load 3.91 2.00 1.05   memory 13 GB of 123 GB

            """#)
    }

    @Test("the status is cut to a narrow terminal")
    func statusNarrow() {
        #expect(screen(running, Samples.host()).text(Style(width: 44, height: 16)) == #"""
            run 20261121-013000-k3f9 on sandbox   runni…
            ██████░░░░ 34/59 files, 8 running, 17 queued
            passed 30   failed 2   timed out 1
            323,840 tests, 54,142 skipped   workers 8 o…

            slot state    elapsed file
               6 running       18s …en/6/slt_good_6.test
               5 running       15s …en/5/slt_good_5.test
               4 running       12s …en/4/slt_good_4.test
               3 running      9.0s …en/3/slt_good_3.test
               2 running      6.0s …en/2/slt_good_2.test
               1 running      3.0s …en/1/slt_good_1.test
            … and 2 more workers

            CPU 94 %  ████
            4 cores, 512 processes   load 3.91 2.00 1.0…

            """#)
    }

    @Test("the status names the latest files that failed, as many as there is room for")
    func statusFailing() {
        var screen = screen(running, Samples.host(), mode: .drain)
        screen.failing = (1...9).map { FileRecord(id: $0, file: "test/\($0).test", outcome: .crashed, duration: Double($0), finishedAt: 0, message: "signal 11") }
        screen.status?.outcomes = [.crashed: 12]
        let lines = screen.lines(Style(height: 24))
        #expect(lines.count <= 24 && lines.contains { $0.contains("slt_good_6") })
        #expect(Array(lines[5...8]) == ["12 failing files, the latest:", "     CRASH [   7.0s] test/7.test: signal 11", "     CRASH [   8.0s] test/8.test: signal 11", "     CRASH [   9.0s] test/9.test: signal 11"])
        let all = screen.lines(Style())
        #expect(all.count { $0.contains("CRASH") } == 9)
        #expect(all.contains("  … and 3 more before"))
        #expect(screen.lines(Style(width: 30)).allSatisfy { Columns.width($0) <= 30 })
    }

    @Test("the status of an interrupted run says how to go on")
    func statusInterrupted() {
        #expect(screen(Samples.status(.interrupted), nil).text(Style(width: 120)) == #"""
            run 20261121-013000-k3f9 on sandbox   interrupted   3m12s, budget 56m48s
            ███████████████████████████████████░░░░░░░░░░░░░░░░░░░░░░░░░ 34/59 files, 8 running, 17 queued
            passed 30   failed 2   timed out 1   blocked 1
            323,840 tests, 54,142 skipped   workers 0 of 8, 0 busy, 0 replaced
            the supervisor has died; resume the run with: slt-remote run --host sandbox --resume 20261121-013000-k3f9

            """#)
    }

    @Test("runs are listed with their counts")
    func runs() {
        var known = ended
        known.project = "db"
        known.source = SourceState(commit: "0123456789abcdef", branch: "topic", dirty: true)
        known.startedBy = "me@laptop"
        #expect(RunsTable.text([known, running], now: Samples.start + 7200, style: Style(width: 200)) == #"""
            run                   project    age  phase     files  passed  failed  blocked  untested   time  branch  commit       by
            20261121-013000-k3f9  db       2h00m  finished     59      54       3        1         1  3m12s  topic   0123456789+  me@laptop
            20261121-013000-k3f9  -        2h00m  running      59      30       3        1         0  2h00m  -       -            -

            """#)
    }
}
