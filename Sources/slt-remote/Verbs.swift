import ArgumentParser
import Platform
import RemoteKit

/// What the program can do, by name.
@MainActor enum Verbs {
    /// Says which verb was probably meant, when the first word of a command line is none.
    static func mistake(_ arguments: [String]) -> String? {
        guard arguments.count > 1, !arguments[1].hasPrefix("-") else { return nil }
        let names = SltRemote.configuration.subcommands.compactMap { $0.configuration.commandName ?? $0._commandName } + ["help"]
        guard !names.contains(arguments[1]) else { return nil }
        return "slt-remote: unknown verb '\(SafeText.line(arguments[1], limit: 60))'\(NearestName.hint(for: arguments[1], among: names)); see 'slt-remote --help'"
    }
}
