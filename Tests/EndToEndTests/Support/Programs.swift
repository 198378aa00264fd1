import Fleet
import FoundationEssentials
import Glibc

/// The programs under test: those of the folder `SLT_TEST_BIN`, else the ones that were built with this test bundle.
enum Programs {
    static let client = path("slt-remote")
    static let worker = path("slt-worker")

    /// Whether the worker has its C library inside, as release builds have.
    static var hasWholeWorker: Bool { !ELFProgram.hasInterpreter(worker) }

    /// Kills the others; always the one that was built with this test bundle.
    static let probe = besideTests("fleet-probe")

    private static func path(_ name: String) -> String {
        if let folder = ProcessInfo.processInfo.environment["SLT_TEST_BIN"], !folder.isEmpty {
            return (folder.hasPrefix("/") ? folder : FileManager.default.currentDirectoryPath + "/" + folder) + "/" + name
        }
        return besideTests(name)
    }

    private static func besideTests(_ name: String) -> String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        for candidate in [own] + CommandLine.arguments {
            let program = candidate[..<(candidate.lastIndex(of: "/") ?? candidate.startIndex)] + "/" + name
            if access(String(program), X_OK) == 0 { return String(program) }
        }
        return name
    }
}
