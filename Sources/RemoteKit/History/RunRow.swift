import Fleet
import GRDB

/// A run's own row.
struct RunRow {
    let facts: RunFacts
    let run: Int
    let suite: Int
    let host: String
    let stamp: String
    let isFull: Bool
    let records: RecordImport.Totals

    func insert(_ database: Database) throws {
        let values = identity + source + engine + course + counts
        var row = try RowWriter(database, into: "run", columns: values.count)
        for value in values {
            switch value {
            case .integer(let value): row.bind(value)
            case .real(let value): row.bind(value)
            case .text(let value): row.bind(value)
            }
        }
        try row.run()
    }

    private enum Value {
        case integer(Int?), real(Double?), text(String?)
        static func flag(_ value: Bool?) -> Value { .integer(value.map { $0 ? 1 : 0 }) }
        static func line(_ text: String?) -> Value { .text(RunFacts.line(text)) }
    }

    private var identity: [Value] {
        let spec = facts.spec
        return [.integer(run), .text(spec.id), .text(host), .text(facts.folder.origin), .text(stamp), .integer(suite), .flag(isFull),
                .text(RunFacts.line(spec.workspace, 4096)), .text(RunFacts.line(spec.startedBy, 500))]
    }

    private var source: [Value] {
        let source = facts.folder.source
        return [.line(source?.branch), .line(source?.commit), .flag(source?.dirty), .line(source?.treeDigest), .flag(source?.partialSync == true)]
    }

    private var engine: [Value] {
        let engine = facts.folder.engine
        return [.text(RunFacts.line(engine?.name ?? facts.spec.engine.kind.rawValue, 300)), .line(engine?.version), .line(engine?.digest), .line(engine?.worker), .line(engine?.host),
                .line(engine?.kernel), .line(engine?.environment)]
    }

    private var course: [Value] {
        let spec = facts.spec, summary = facts.folder.summary
        return [.text(facts.configurationDigest), .line(spec.context?.client), .text(facts.commandLine), .text(String(spec.seed)), .text(spec.mode.rawValue),
                .text(summary?.end.rawValue), .line(summary?.error), .real(facts.startedAt), .real(summary?.finishedAt), .real(summary?.wall),
                .integer(summary?.workers ?? spec.workers)]
    }

    private var counts: [Value] {
        let summary = facts.folder.summary, outcomes = summary?.outcomes ?? records.outcomes
        let order: [Outcome] = [.pass, .fail, .timeout, .crashed, .outOfMemory, .unreadable, .blocked, .unsupported, .skipped, .untested]
        let total = summary?.total ?? records.outcomes.values.reduce(0, +)
        return [.integer(total)] + order.map { .integer(outcomes[$0] ?? 0) }
            + [.integer(summary?.flaky ?? records.flaky), .integer(summary?.tests ?? records.tests), .integer(summary?.errors ?? records.errors)]
    }
}
