public import Fleet

/// What a followed run came to.
public struct JobResult: Sendable {
    /// What the program says to the script that started it.
    public var exitCode: ExitCode {
        let code = ExitCode.failsForFlakyFiles(status) ? .testsFailed : (judgement?.exitCode ?? ExitCode.of(status)).proven(in: status)
        return code == .passed ? (fetchError ?? judgementError).map { .of($0) } ?? code : code
    }

    /// Where the run stands at the end.
    public var status: RunStatus
    /// Files that failed: of results that are on this machine the first by name, with all that is known of them, and those with new failures before those
    /// that were known to fail; else the first that failed, with their first failures.
    public var failures: [FileRecord]
    /// The first files that passed and failed on the same sources.
    public var flaky: [FileRecord] = []
    /// The first files that were run in parts.
    public var parted: [FileRecord] = []
    /// The first files that were not run, with reasons.
    public var keptOut: [KeptOutFile] = []
    /// What the run comes to by the failures that were known when it started; `nil` where none were, or the results are not here.
    public var judgement: Judgement?
    /// Why the results, which are on this machine, cannot be judged.
    public var judgementError: RemoteError?
    /// Where the results are on this machine.
    public var folder: String?
    /// Why they could not be brought home. They are still on the host.
    public var fetchError: RemoteError?

    /// Takes in the results of a run that has ended: how it is judged, and the files that people want to hear of.
    mutating func take(_ folder: String) {
        self.folder = folder
        // Before anything is left out: what is new is wanted first.
        if status.phase == .finished { judge(folder) }
        let details = RecordDetails(folder: folder)
        if status.failed > 0 {
            let failing = details.failing(newFiles: judgement?.filesToMend)
            if !failing.isEmpty { failures = failing }
        }
        if status.flaky ?? 0 > 0 { flaky = details.flaky() }
        if (try? RunFolder(path: folder))?.spec.split ?? .off != .off { parted = details.parted() }
        if status.keptOut > 0 { keptOut = details.keptOut() }
    }

    /// What came home is there, whether it can be judged or not.
    /// - Parameter folder: the run's own; absolute.
    mutating func judge(_ folder: String) {
        do throws(RemoteError) {
            judgement = try RunFolder(path: folder).judgement()
        } catch {
            judgementError = error
        }
    }
}
