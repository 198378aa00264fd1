import ArgumentParser
import Glibc
import SQLLogicTest

/// What both worker programs are: `slt-worker`, which needs nothing of a host, and `slt-worker-dynamic`, which can load
/// the libraries of one.
public enum WorkerProgram {
    /// Names of files may be any bytes, which `CommandLine.arguments` does not hold.
    private static var arguments: [String] {
        (1..<max(1, Int(CommandLine.argc))).compactMap { index in
            CommandLine.unsafeArgv[index].map { word in RawPath.text(UnsafeBufferPointer(start: word, count: strlen(word)).map { UInt8(bitPattern: $0) }) }
        }
    }

    /// Carries out the command line and ends the process.
    ///
    /// The commands that block run here, on the main thread, which lives as long as the process: the kernel tells
    /// workers of their supervisor's end by the thread that started them.
    @MainActor public static func main() async -> Never {
        do {
            var command = try SltWorker.parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            SltWorker.exit(withError: error)
        }
        SltWorker.exit()
    }
}
