import Glibc
import Platform

/// Asks git.
enum GitCommand {
    /// What git printed, and whether it did what it was told.
    struct Answer {
        var isDone: Bool
        var bytes: [UInt8]
    }

    /// - Parameter arguments: with the program first.
    /// - Returns: what it prints; `nil` where it is missing or fails.
    static func output(of arguments: [String]) -> [UInt8]? { answer(to: arguments).flatMap { $0.isDone ? $0.bytes : nil } }

    /// - Parameters:
    ///   - arguments: with the program first.
    ///   - hearsErrors: whether what it says on standard error is part of the answer.
    /// - Returns: `nil` where it is missing.
    static func answer(to arguments: [String], hearsErrors: Bool = false) -> Answer? {
        guard let pipe = DescriptorIO.pipe() else { return nil }
        defer { close(pipe.reading) }
        let errors: ChildProcess.Source = hearsErrors ? .descriptor(pipe.writing) : .null
        let process = ChildProcess(arguments, environment: environment, group: .own,
                                   descriptors: [(0, .null), (1, .descriptor(pipe.writing)), (2, errors)])
        let pid = try? process.start()
        close(pipe.writing)
        guard let pid else { return nil }
        let output = DescriptorIO.readAll(pipe.reading) ?? []
        return Answer(isDone: ProcessTermination.wait(for: pid) == .exited(0), bytes: output)
    }

    /// What names another repository than the folder's own, as a hook's GIT_DIR does: the variables that
    /// `git rev-parse --local-env-vars` lists, but for the settings of a command line (GIT_CONFIG_PARAMETERS,
    /// GIT_CONFIG_COUNT), which git too hands on to what it runs in another repository (run-command.c).
    private static let local: Set<String> = [
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_OBJECT_DIRECTORY", "GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE",
        "GIT_GRAFT_FILE", "GIT_INDEX_FILE", "GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE", "GIT_PREFIX", "GIT_SHALLOW_FILE",
        "GIT_COMMON_DIR", "GIT_INTERNAL_SUPER_PREFIX",
    ]

    /// The user's environment: what git asks of it decides here too.
    private static var environment: [[UInt8]] {
        // What git prints is read by a program; a trace would go into it.
        ChildProcess.environment(changing: [("LC_ALL", Array("C".utf8))]) { $0.hasPrefix("GIT_TRACE") || local.contains($0) }
    }
}
