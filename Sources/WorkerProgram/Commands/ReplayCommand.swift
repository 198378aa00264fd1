import ArgumentParser
import Fleet
import Glibc
import Platform
import SQLLogicTest

/// What ``Replay`` starts: runs the script on standard input again and writes what it finds to standard output.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "replay", abstract: "Find the rows behind hashes.", shouldDisplay: false)

    @Argument(help: "The process with which this one ends.") var parent: Int32
    @Argument(help: "Lines of the records, with commas between them.") var lines: String
    @Argument(help: "The engine that conditions are taken to mean.") var engine: String
    @Argument(help: "Seconds of CPU.") var seconds: Int
    @Argument(help: "Bytes of memory; 0: no limit.") var memory: Int
    @Flag(help: "Open no files and load no code.") var confined = false
    @Option(help: "Seconds of one statement.") var recordLimit: Double?
    @Argument(help: "A shared library in place of the SQLite in this program; empty: none.") var library: String

    /// Bytes of a file that the script may make.
    private static let fileLimit = 256 << 20

    func run() throws {
        guard ForkedProcess.endWithParent(parent) else { throw ExitCode(EX_OSERR) }
        ForkedProcess.dieOfFaults()
        limit()
        var choice = EngineChoice(.sqlite)
        choice.library = library.isEmpty ? nil : library
        choice.allowsSystem = !confined
        do throws(SQLLogicTestError) {
            let sqlite = try choice.make(threading: .single)
            tell("sqlite \((sqlite as? SQLiteEngine)?.version ?? "")")
            var replay = HashReplay(try Script(path: "/proc/self/fd/0"), lines: Set(lines.split(separator: ",").compactMap { Int($0) }))
            // What ended there ends here: all behind it is still to be found.
            let used: any Engine = if let recordLimit { LimitedEngine(sqlite, RecordLimit(seconds: recordLimit)) } else { sqlite }
            try replay.run(on: used, conditions: engine) { write($0) }
            // What the suite's author ran was SQLite, most likely, and the hash says whether.
            if !replay.isDone, replay.isDivided { try replay.run(on: used, conditions: HashReplay.sqlite) { write($0) } }
            tell("end")
        } catch {
            tell("error \(SafeText.sentence(error.message))")
        }
        // Nothing here needs to be put away.
        _exit(0)
    }

    private func limit() {
        if memory > 0 { _ = ForkedProcess.limitMemory(memory) }
        ResourceLimit.lower(.cpuSeconds, to: seconds)
        ResourceLimit.lower(.fileBytes, to: Self.fileLimit)
        ResourceLimit.lower(.coreBytes, to: 0)
        // Should memory be short, the kernel is to take this process and not the worker.
        let file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = DescriptorIO.writeAll(file, Array("1000".utf8))
        close(file)
    }

    private func tell(_ line: String) { send(Array((line + "\n").utf8)) }

    private func write(_ rows: ReplayedRows) { send(rows.encoded) }

    private func send(_ bytes: [UInt8]) {
        // Nobody listens any more.
        if !DescriptorIO.writeAll(1, bytes) { _exit(1) }
    }
}
