import ArgumentParser
import Fleet
import FoundationEssentials
import Platform
import RemoteKit
import Reports

/// Which suite a verb about the history is about. None of them needs a host.
struct HistoryScope: ParsableArguments {
    @Option(parsing: .unconditional, help: ArgumentHelp("The project. Default: that of the current folder.", valueName: "name"))
    var project: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Only runs with this kind of engine: sqlite, postgres, external or command.", valueName: "kind"))
    var engine: String?

    /// The same, for a verb that has nothing to do without one: the user is told what to do.
    func suiteOrWords(_ history: RunHistory, _ common: CommonOptions) throws -> RunHistory.Suite? {
        let found = try suite(history, common)
        if found == nil { Terminal.shared.say(history.emptyWords(common.commands)) }
        return found
    }

    /// Says that a suite has no full run yet.
    func sayNoFullRun(_ suite: RunHistory.Suite, _ common: CommonOptions) {
        Terminal.shared.say("no full run of \(suite.project) is in the history yet; \(RemedyWords(common.commands).text(.startRun))")
    }

    /// - Returns: `nil` where the history is empty.
    func suite(_ history: RunHistory, _ common: CommonOptions) throws -> RunHistory.Suite? {
        let preferred = try configuration(common).map { SuiteKey(project: $0.projectName, engine: $0.engine.kind.rawValue) }
        let suite = try history.choose(named: project, engine: engine, preferred: preferred)
        if let suite, project == nil, let preferred, suite.project != preferred.project {
            Terminal.shared.say("note: no run of \(preferred.project) is in the history; this is about \(suite.project)")
        }
        return suite
    }

    /// A folder without a configuration is as good as another.
    private func configuration(_ common: CommonOptions) throws -> Configuration? {
        var flags = ConfigurationFlags()
        flags.prefix = "--"
        let load = { try Configuration.load(named: common.config, environment: ProcessInfo.processInfo.environment, flags: flags,
                                            workingDirectory: FileManager.default.currentDirectoryPath) }
        return common.config == nil ? try? load() : try load()
    }
}

extension RunHistory {
    /// What to do when there is nothing to show.
    func emptyWords(_ commands: CommandWords) -> String {
        let runs = catalog.places().count
        return !exists && runs > 0 ? "the history is not made yet; make it from \(Human.count(runs, "fetched run")) with: \(CommandWords().text(["history", "rebuild"]))"
            : "no runs are in the history yet; \(RemedyWords(commands).text(.startRun))"
    }
}
