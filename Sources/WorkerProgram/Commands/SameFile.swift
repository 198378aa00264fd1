import ArgumentParser
import FoundationEssentials
import Platform
import SQLLogicTest

struct SameFile: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "same",
        abstract: "Say whether a smaller file fails in the same way as a record: the predicate for other reducers.",
        discussion: """
            The candidate is a test file or, if its name ends in .sql, plain SQL. All of its records must do what they must up to the one that fails in the same way. \
            Where nobody but the file says what is right, only whole records of it may be gone.

            Exit codes: 0 it fails in the same way; 1 it does not; 2 the record holds, or its file cannot be read; 6 the engine cannot be started; 64 wrong arguments.
            """)

    @Argument(help: ArgumentHelp("The test file, and a line of the record that fails; without one the first record that fails.", valueName: "file[:line]"), completion: .file(extensions: ["test", "slt"]))
    var original: String

    @Argument(help: "The smaller file.", completion: .file(extensions: ["test", "slt", "sql"]))
    var candidate: String

    @OptionGroup
    var arguments: ReductionArguments

    @Option(help: ArgumentHelp("Keep in what way the record fails in this file, so that it is found out once. It is made anew when the file or the engine changes.", valueName: "file"))
    var signature: String?

    func validate() throws {
        if arguments.engines.dialect != .sqlite { throw ValidationError("only files of the dialect sqlite can be judged") }
    }

    func run() throws {
        do {
            try arguments.loadLibraries()
            PendingSignal.watch()
            let reduction = try arguments.reduction(of: original)
            let kept = signature.flatMap { try? Script(path: $0) }.flatMap { try? JSONDecoder().decode(SameWay.Known.self, from: Data($0.bytes)) }
            let judge = try SameWay(reduction, kept: kept)
            if let signature, judge.known.origin != kept?.origin { try WholeFile.write(Array((try? JSONEncoder().encode(judge.known)) ?? Data()), to: signature) }
            guard let file = try? Script(path: candidate) else { throw SQLLogicTestError(.usage, "cannot read \(candidate)") }
            let answer = try judge.answer(file, isSQL: candidate.hasSuffix(".sql"))
            PendingSignal.pass()
            write(answer.rawValue + "\n", to: 1)
            throw ExitCode(answer == .same ? 0 : 1)
        } catch let error as SQLLogicTestError {
            PendingSignal.pass()
            write("slt-worker: \(error)\n", to: 2)
            throw ExitCode(error.code == .engine ? 6 : 2)
        }
    }
}
