import Fleet

/// Values that the report tests share. Time zero is 1,000,000 s after 1970.
enum Samples {
    static let start = 1_000_000.0

    static func status(_ phase: RunStatus.Phase = .running, total: Int = 59, queued: Int = 17, running: Int = 8,
                       outcomes: [Outcome: Int] = [.pass: 30, .fail: 2, .timeout: 1, .blocked: 1],
                       wanted: Int = 8, workers: [WorkerStatus] = [], timeLeft: Double? = 3408, finishedAfter: Double? = nil,
                       restarts: Int = 0, utilisation: Double? = nil) -> RunStatus {
        RunStatus(id: "20261121-013000-k3f9", phase: phase, workspace: "/home/u/w", createdAt: start - 1, startedAt: start,
                  finishedAt: finishedAfter.map { start + $0 }, timeBudget: 3600, timeLeft: timeLeft, total: total, queued: queued,
                  running: running, outcomes: outcomes, tests: 323_840, skippedRecords: 54_142, workersWanted: wanted,
                  workers: workers, restarts: restarts, utilisation: utilisation)
    }

    static func workers(_ count: Int) -> [WorkerStatus] {
        (0..<count).map { slot in
            let idle = slot % 8 == 7
            let file = "third_party/sqllogictest/test/index/between/\(slot)/slt_good_\(slot).test"
            return WorkerStatus(slot: slot, pid: Int32(4000 + slot), state: idle ? .idle : .running, file: idle ? nil : file,
                                line: idle ? 0 : 120 + slot, elapsed: Double(slot) * 3, cpu: 0.97, rss: (12 + slot) << 20)
        }
    }

    static func host(cores: Int = 4, cpu: Double = 0.94) -> HostSample {
        HostSample(time: start + 192, cores: Array(repeating: cpu, count: cores), load: [3.914, 2, 1.05],
                   memoryTotal: 123 << 30, memoryAvailable: 110 << 30, processes: 512)
    }

    static let failures = [
        FileRecord(id: 1, file: "test/a.test", outcome: .fail, tests: 10, errors: 3, finishedAt: start, failures: [
            RecordFailure(line: 12, message: "wrong result", sql: "SELECT a\nFROM t", expected: "1\n2", actual: "1\n3"),
            RecordFailure(line: 40, message: "statement error: no such table: t\u{1B}[2J", sql: "DROP TABLE t"),
        ]),
        FileRecord(id: 2, file: "test/it's\nhere.test", outcome: .timeout, finishedAt: start, message: "killed after 5m00s"),
        FileRecord(id: 3, file: "test/c.test", outcome: .crashed, finishedAt: start, message: "signal 11", output: "x\u{7}\r\ny\n"),
        FileRecord(id: 4, file: "test/ok.test", outcome: .pass, finishedAt: start),
        FileRecord(id: 5, file: "test/big.test", outcome: .blocked, finishedAt: start, message: "needs 70 GB"),
    ]
}
