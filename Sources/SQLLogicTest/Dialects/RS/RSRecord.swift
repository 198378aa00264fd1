/// One record of a script in the dialect of sqllogictest-rs.
struct RSRecord {
    /// Of the header.
    var line: Int
    /// The line of the script that was asked for: that of its `include`, or the header's.
    var mainLine: Int
    /// Of the script it stands in, which an `include` may have brought in.
    var script: Script
    var conditions: [Condition] = []
    /// Nil for the default one.
    var connection: String?
    var retry: Retry?
    /// The type letters of a query.
    var types = ""
    var body: Body
    /// Where the result stands in `script`, below its `----`; empty behind the SQL when there is no `----`.
    var result = ByteRange.empty
    var hasSeparator = false

    enum Condition: Equatable { case skipIf(String), onlyIf(String) }

    /// `retry N backoff DUR`.
    struct Retry: Equatable {
        var attempts: Int
        var backoff: Duration
    }

    enum Body {
        case statement(StatementExpectation, sql: [UInt8])
        case query(QueryExpectation, sql: [UInt8])
        case system(command: [UInt8], output: String?)
        case bind(names: [String], sql: [UInt8])
        case sleep(Duration)
        case control(RSControl)
        case hashThreshold(Int)
        case halt
    }

    enum StatementExpectation: Equatable {
        case ok
        case count(Int)
        case error(RSExpectedError)
    }

    enum QueryExpectation: Equatable {
        /// The lines below `----`, and the mode if the record says one.
        case rows(SortMode?, [[UInt8]])
        case error(RSExpectedError)
    }
}

extension RSRecord {
    /// Whether its conditions keep it from an engine.
    /// - Parameter names: what the engine is called, and further labels.
    func isLeftOut(for names: [String]) -> Bool {
        conditions.contains { condition in
            switch condition {
            case .skipIf(let name): names.contains(name)
            case .onlyIf(let name): !names.contains(name)
            }
        }
    }
}

/// `control …`.
enum RSControl: Equatable {
    case sortMode(SortMode)
    /// Whether each value stands on a line of its own.
    case valueWise(Bool)
    case substitution(Bool)
}
