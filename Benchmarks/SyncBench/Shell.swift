import Glibc
import TestSupport

/// Runs lines of sh and measures them.
enum Shell {
    /// What one run took.
    struct Run {
        var seconds: Double
        var status: Int32
        /// The largest resident size of the children that have ended, in MiB.
        var residentMiB: Double
        /// Of the processes named `slt-worker` that were seen meanwhile, in MiB.
        var workerMiB: Double
    }

    static func measure(_ line: String, watchesWorker: Bool = false) throws -> Run {
        let start = now()
        let process = try spawn(line)
        var peak = 0.0
        var status: Int32 = 0
        var usage = rusage()
        while true {
            let ended = wait4(process, &status, watchesWorker ? WNOHANG : 0, &usage)
            if ended == process { break }
            if ended < 0, errno != EINTR { throw POSIXFailure(call: "wait4", errno: errno) }
            if watchesWorker {
                peak = max(peak, residentOfWorkers())
                usleep(20_000)
            }
        }
        return Run(seconds: now() - start, status: status, residentMiB: Double(usage.ru_maxrss) / 1024, workerMiB: peak)
    }

    /// - Throws: where the line fails.
    static func run(_ line: String) throws {
        let status = try measure(line).status
        guard status == 0 else { throw Failure(line: line, status: status) }
    }

    struct Failure: Error, CustomStringConvertible {
        let line: String
        let status: Int32
        var description: String { "'\(line)' ended with status \(status)" }
    }

    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// `text` as one word of sh.
    static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    private static func spawn(_ line: String) throws -> pid_t {
        let words: [UnsafeMutablePointer<CChar>?] = ["/bin/sh", "-c", line].map { (word: String) in strdup(word) } + [nil]
        defer { words.forEach { free($0) } }
        var process: pid_t = 0
        let failed = posix_spawn(&process, "/bin/sh", nil, nil, words, environ)
        guard failed == 0 else { throw POSIXFailure(call: "posix_spawn", errno: failed) }
        return process
    }

    /// The sum of the peaks (proc(5), VmHWM).
    private static func residentOfWorkers() -> Double {
        guard let folder = opendir("/proc") else { return 0 }
        defer { closedir(folder) }
        var sum = 0.0
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            guard name.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let text = read("/proc/\(name)/status"),
                  text.hasPrefix("Name:\tslt-worker\n"), let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
                  let kilobytes = line.split(separator: " ").dropLast().last.flatMap({ Double($0.trimmedTabs) }) else { continue }
            sum += kilobytes / 1024
        }
        return sum
    }

    private static func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 8192)
        let count = fread(&buffer, 1, buffer.count, file)
        return String(decoding: buffer[..<count], as: UTF8.self)
    }
}

extension Substring {
    fileprivate var trimmedTabs: Substring { drop { $0 == "\t" } }
}

/// Lines on standard output, at once even into a file.
enum Output {
    static func line(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
    }
}
