import Fleet
import SQLLogicTest

/// Who says what is right: the built-in SQLite where another engine is under test, nobody but the file where it is itself or where files are run as files, unless somebody is named.
struct ReferenceChoice {
    private let name: String?
    private let isEmbedded: Bool
    private let runsFiles: Bool

    /// - Parameters:
    ///   - name: `sqlite` for the built-in one, `none` for nobody, else the path of a shared library with SQLite's interface.
    ///   - isEmbedded: whether the built-in SQLite is what is tested.
    ///   - runsFiles: whether tries are whole files, with the results that the file has.
    init(_ name: String?, isEmbedded: Bool, runsFiles: Bool) {
        self.name = name
        self.isEmbedded = isEmbedded
        self.runsFiles = runsFiles
    }

    /// The library's path, if it is one.
    var library: String? {
        guard let name, name != "sqlite", name != "none" else { return nil }
        return HostPath.expand(name)
    }

    /// - Throws: `SQLLogicTestError` `usage` where no reference can say what is right for files of this dialect.
    func check(_ dialect: Dialect) throws(SQLLogicTestError) {
        guard dialect == .duckdb, let name, name != "none" else { return }
        throw SQLLogicTestError(.usage, "cannot take the results of \(name): a file of the dialect duckdb has only its own; set the reference to none")
    }

    /// - Parameter isConfined: whether it refuses what opens files or loads code.
    func engine(isConfined: Bool) throws(SQLLogicTestError) -> SQLiteEngine? {
        guard library != nil || name == "sqlite" || (name == nil && !isEmbedded && !runsFiles) else { return nil }
        var engine = if let library { try SQLiteEngine(library: library) } else { try SQLiteEngine(threading: .single) }
        engine.isConfined = isConfined
        return engine
    }

    /// Agrees with a file's own results as long as they are right, where nobody was named and another engine is under test.
    var witness: SQLiteEngine? {
        guard name == nil, runsFiles, !isEmbedded, var engine = try? SQLiteEngine(threading: .single) else { return nil }
        engine.isConfined = true
        return engine
    }
}
