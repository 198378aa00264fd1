import Fleet
import FoundationEssentials
import Platform
import RemoteKit

/// A run as Chrome's trace events (JSON object format), which ui.perfetto.dev opens: the host is a process, each worker a thread, each file a slice in the
/// colour of its outcome; beside them the CPU's use and the workers that ran a file. Times are microseconds since the run began.
struct TraceDocument {
    /// Ended by a newline.
    let json: [UInt8]

    private struct Document: Encodable {
        var displayTimeUnit = "ms"
        var otherData: [String: String]
        var traceEvents: [Event]
    }

    private struct Event: Encodable {
        var ph: String
        var name: String
        var pid = 1
        var tid: Int?
        var ts: Int?
        var dur: Int?
        var cat: String?
        var cname: String?
        var args: Arguments?
    }

    private struct Arguments: Encodable {
        var name: String?
        var outcome: String?
        var tests: Int?
        var errors: Int?
        var message: String?
        var percent: Double?
        var active: Int?
        var queued: Int?
    }

    /// - Throws: where the samples cannot be read.
    init(_ run: ReportedRun) throws {
        let files = run.details.files.filter { $0.worker != nil && $0.finishedAt > 0 }
        let start = min(run.status.startedAt ?? .infinity, files.lazy.map { $0.finishedAt - $0.duration }.min() ?? .infinity)
        let zero = start.isFinite ? start : 0
        let titles = Dictionary(run.all.map { ($0.record.id, $0.title) }) { one, _ in one }
        var events = [Event(ph: "M", name: "process_name", args: Arguments(name: run.host))]
        for worker in Set(files.compactMap(\.worker)).sorted() {
            events.append(Event(ph: "M", name: "thread_name", tid: worker + 1, args: Arguments(name: "worker \(worker)")))
        }
        for file in files {
            events.append(Event(ph: "X", name: file.file, tid: (file.worker ?? 0) + 1, ts: Self.microseconds(file.finishedAt - file.duration - zero),
                                dur: Self.microseconds(file.duration), cat: file.outcome.rawValue, cname: Self.colour(file.outcome),
                                args: Arguments(outcome: file.outcome.rawValue, tests: file.tests, errors: file.errors, message: titles[file.id])))
        }
        try run.details.folder.forEachSample { sample in
            let time = Self.microseconds(sample.host.time - zero)
            events.append(Event(ph: "C", name: "CPU", ts: time, args: Arguments(percent: (sample.host.cpu * 100).rounded())))
            events.append(Event(ph: "C", name: "active workers", ts: time, args: Arguments(active: sample.workers.count(where: \.isRunning))))
            events.append(Event(ph: "C", name: "queue", ts: time, args: Arguments(queued: sample.queued)))
            return true
        }
        json = try ReportFormat.json(Document(otherData: ["run": run.status.id, "tool": "slt-remote"], traceEvents: events))
    }

    /// Names of the trace viewer's palette.
    private static func colour(_ outcome: Outcome) -> String {
        switch outcome {
        case .pass: "good"
        case .fail: "terrible"
        case .timeout, .crashed, .outOfMemory, .unreadable: "bad"
        case .blocked, .unsupported, .skipped, .untested: "grey"
        }
    }

    private static func microseconds(_ seconds: Double) -> Int { seconds.isFinite ? Int((max(0, min(seconds, 1e12)) * 1e6).rounded()) : 0 }
}
