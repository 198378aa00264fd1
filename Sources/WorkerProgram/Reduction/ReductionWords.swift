import Platform
import SQLLogicTest

/// What is said of a reduced file.
struct ReductionWords {
    private let result: Reduction.Result
    private let file: String
    private let source: String
    private let engine: String

    /// - Parameters:
    ///   - file: its name alone.
    ///   - source: its path, which tells it apart from others of its name.
    init(_ result: Reduction.Result, file: String, source: String, _ reduction: Reduction) {
        self.source = source
        self.result = result
        self.file = file
        engine = SafeText.line(reduction.engineTitle ?? reduction.engineName, limit: 100)
    }

    /// What people call an engine that has no name of its own.
    static func title(of engine: any Engine) -> String? { engine is ExternalEngine ? "the external engine" : engine is any FileEngine ? "the program" : nil }

    /// Why the reproducer still fails, in one line.
    var reason: String {
        let right = result.reference ?? "the file"
        return switch result.signature {
        case .rows(let shape): rows(shape, right)
        case .exactly: "\(engine) gives exactly the wrong result, or error, that it gives in \(file)"
        case .columns: "\(engine) gives another number of columns than \(right)"
        case .refused(let kind): "\(engine) refuses what \(right) accepts: \(kind)"
        case .accepted: "\(engine) accepts what \(right) refuses"
        case .crashed(let signal): "\(engine) ends its process (\(SignalName.of(signal)))"
        case .reported(let words): "\(engine) says of it what it says of \(file): \(words)"
        case .timeout: "\(engine) takes longer than a record may"
        case .hung: "\(engine) does not end in time"
        case .exit(let code): "\(engine) ends its process (exit code \(code))"
        }
    }

    private func rows(_ shape: RowDifferenceShape, _ right: String) -> String {
        switch shape.category {
        case .rowOrder: "\(engine) gives the rows of \(right) in another order"
        case .formatting: "\(engine) writes the values of \(right) in another way"
        default:
            switch (shape.hasMissing, shape.hasExtra) {
            case (true, false): "\(engine) gives fewer rows than \(right)"
            case (false, true): "\(engine) gives more rows than \(right)"
            case (true, true), (false, false): "\(engine) gives other rows than \(right)"
            }
        }
    }

    /// Whose results stand in the reproducer.
    private var rightness: String {
        if let reference = result.reference { return "its expected result is that of \(reference)" }
        if let witness = result.witness { return "its expected result is the file's, and \(witness) agrees with it" }
        if case .reported = result.signature, result.saysSame { return "its expected result is the file's, for all of its records; only records that change nothing about what the engine prints were left out" }
        if case .reported = result.signature { return "whether its expected result is still right nobody knows, since the engine does not say what it got; a reference would" }
        return "its expected result is the file's, for all of its records; only records that change nothing about the wrong result were left out"
    }

    /// Lines at the top of the reproducer.
    var comments: [String] {
        var lines = ["Reduced from \(SafeText.line(source)), line \(result.line).", "It fails because \(SafeText.line(reason)).", "The last record fails: \(rightness)."]
        if result.isUnordered { lines.append("The order of its rows is not defined.") }
        if let flaky { lines.append(flaky) }
        return lines
    }

    private var flaky: String? { result.flaky?.words }
}
