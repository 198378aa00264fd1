import FoundationEssentials
import Glibc
import Synchronization

/// A program that was started by a test, without a terminal, with nothing of this process's environment. What is left
/// of it is ended with the last reference to it.
public final class RunningProgram: Sendable {
    /// How a program ended, and all it wrote.
    public struct Finished: Sendable, CustomStringConvertible {
        /// The exit code, or the number of the signal that ended it, negative.
        public var code: Int32
        public var output: [UInt8]
        public var errors: String
        /// Standard output as text.
        public var text: String { String(decoding: output, as: UTF8.self) }
        public var description: String { "code \(code)\n--- stdout\n\(text)\n--- stderr\n\(errors)" }
    }

    public let pid: Int32
    private let folder: TemporaryFolder
    private let surroundings: (any AnyObject & Sendable)?
    private let ended = Mutex<Int32?>(nil)

    /// - Parameters:
    ///   - arguments: the program's absolute path, and its arguments.
    ///   - folder: where it starts.
    ///   - surroundings: what it works on; is kept as long as this.
    public init(_ arguments: [String], environment: [String: String], in folder: String? = nil, surroundings: (any AnyObject & Sendable)? = nil) throws {
        let own = try TemporaryFolder()
        self.folder = own
        self.surroundings = surroundings
        pid = try PrivateSSHServerProcess.spawn(arguments, environment: environment, output: own.file("out"), errors: own.file("err"),
                                                folder: folder, ownSession: true)
    }

    deinit {
        guard !hasEnded else { return }
        kill(pid, SIGKILL)
        PrivateSSHServerProcess.wait(for: pid)
    }

    /// What it has written to standard error so far.
    public var errors: String { text("err") }
    /// What it has written to standard output so far.
    public var output: String { text("out") }

    private func bytes(_ name: String) -> [UInt8] { FileManager.default.contents(atPath: folder.file(name)).map { Array($0) } ?? [] }
    private func text(_ name: String) -> String { String(decoding: bytes(name), as: UTF8.self) }

    /// Sends a signal, unless it has ended.
    public func signal(_ number: Int32) { if !hasEnded { kill(pid, number) } }

    /// Whether it has ended.
    public var hasEnded: Bool {
        ended.withLock { ended in
            if ended != nil { return true }
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return false }
            ended = status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F)
            return true
        }
    }

    /// The exit code, or the number of the signal that ended it, negative; -1 while it runs.
    public var code: Int32 { hasEnded ? ended.withLock { $0 } ?? -1 : -1 }

    /// Waits for its end.
    /// - Throws: when it has not ended by then; it is ended.
    public func finish(within deadline: Duration = .patience) async throws -> Finished {
        guard try await eventually(within: deadline, { hasEnded }) else {
            kill(pid, SIGKILL)
            throw RunningProgramFailure("it did not end; it said: \(output)\n\(errors)")
        }
        return Finished(code: code, output: bytes("out"), errors: errors)
    }

    /// Starts a program and waits for its end.
    public static func run(_ arguments: [String], environment: [String: String], in folder: String? = nil,
                           within deadline: Duration = .patience) async throws -> Finished {
        try await RunningProgram(arguments, environment: environment, in: folder).finish(within: deadline)
    }
}

public struct RunningProgramFailure: Error, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

/// The arguments of a process; none when it is gone.
public func commandLine(_ pid: Int32) -> [String] {
    (FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
}

/// The processes whose command line has `text` in it: a path that belongs to one test alone.
public func processes(naming text: String) -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.filter { pid in
        guard pid != getpid(), let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
        return String(decoding: line, as: UTF8.self).contains(text)
    }
}
