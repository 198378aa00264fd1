import Glibc
import Platform

/// Asks git.
enum GitCommand {
    /// - Parameter arguments: with the program first.
    /// - Returns: what it prints; `nil` where it is missing or fails.
    static func output(of arguments: [String]) -> [UInt8]? {
        guard let pipe = DescriptorIO.pipe() else { return nil }
        defer { close(pipe.reading) }
        let process = ChildProcess(arguments, environment: environment, group: .own,
                                   descriptors: [(0, .null), (1, .descriptor(pipe.writing)), (2, .null)])
        let pid = try? process.start()
        close(pipe.writing)
        guard let pid else { return nil }
        let output = DescriptorIO.readAll(pipe.reading)
        return ProcessTermination.wait(for: pid) == .exited(0) ? output : nil
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
