import ArgumentParser

/// What is known to fail, kept in the project's own file.
struct KnownFailuresCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "known-failures",
        abstract: "Keep the list of failures that are known and do not make a run fail.",
        discussion: """
        The list is the file that 'known-failures' in [suite] names. It is meant for git: give each entry a reason or an issue. \
        A new failure, another kind of failure, and a known one whose day is over make a run fail; a fixed one is told.
        """,
        subcommands: [KnownFailuresUpdate.self, KnownFailuresList.self, KnownFailuresCheck.self])
}
