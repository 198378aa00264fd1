import Fleet
import FoundationEssentials
import Platform
import RemoteKit
import Reports

/// Shows what a run came to, and leaves with its exit code.
struct ResultPrinter {
    /// The host's name.
    let host: String
    let commands: CommandWords
    var upwards = ""

    private struct Output: Encodable {
        var status: RunStatus
        var failures: [FileRecord]
        var blocked: [KeptOutFile]
        var results: String?
        var known: Judgement?
        var exitCode: Int32
    }

    /// - Throws: ``Leave`` with the code of the result, if that is not 0.
    func print(_ result: JobResult, json: Bool) throws {
        Terminal.shared.endProgress()
        Interruption.leaveWord(nil)
        let code = result.exitCode
        if json {
            try JSONOutput.print(Output(status: result.status, failures: result.failures, blocked: result.keptOut, results: result.folder, known: result.judgement,
                                        exitCode: code.rawValue))
        } else {
            var report = RunReport(status: result.status, failures: explained(result), keptOut: result.keptOut, flaky: result.flaky, host: host, results: result.folder)
            report.parted = result.parted
            report.options = commands.options
            report.hosts = commands.hosts
            report.judgement = result.judgement
            report.upwards = upwards
            report.isConfined = result.folder.flatMap { try? RunFolder(path: $0) }?.spec.engine.system == false
            Terminal.shared.output(report.screen(Terminal.shared.outputStyle, now: result.status.finishedAt ?? Date().timeIntervalSince1970))
        }
        if let error = result.fetchError { Terminal.shared.say("slt-remote: cannot fetch the results: \(RemedyWords(commands).text(error))") }
        if let error = result.judgementError { Terminal.shared.say("slt-remote: \(RemedyWords(commands).text(error))") }
        let resume = commands.text("run", "--resume", result.status.id)
        if let error = result.status.error {
            let next = (result.status.outcomes[.untested] ?? 0) > 0 ? "; files are untested. Fix the cause, then resume with: \(resume)" : ""
            Terminal.shared.say("slt-remote: \(SafeText.sentence(error, limit: 1000))\(next)")
        }
        if result.status.phase == .interrupted {
            Terminal.shared.say("slt-remote: the supervisor of the run has died and files are untested; resume with: \(resume)")
        }
        if code != .passed { throw Leave(code) }
    }

    /// With their past, and the rows behind the first of them, of results that are on this machine.
    private func explained(_ result: JobResult) -> [ReportedFile] {
        guard let folder = result.folder.flatMap({ try? RunFolder(path: $0) }) else { return result.failures.map { ReportedFile($0) } }
        let pasts = KnownPasts.of(result.failures.map(\.file), in: folder)
        return result.failures.enumerated().map { index, record in
            ReportedFile(record, rows: index < Self.explainedFiles ? folder.rows(of: record.id) : [], past: pasts[record.file])
        }
    }

    private static let explainedFiles = 30
}
