import Crypto
import Fleet
import FoundationEssentials
import Glibc
import Platform

/// What the history keeps of a run besides its files. The texts came from a host.
struct RunFacts {
    let folder: RunFolder
    /// The name of the host's folder.
    let host: String

    /// - Parameter host: by default the name of the folder that the run's is in, or what its bundle says.
    init(_ folder: RunFolder, host: String? = nil) {
        self.folder = folder
        self.host = Self.line(host ?? folder.hostFolder)
    }

    var spec: RunSpec { folder.spec }
    var suite: SuiteKey { SuiteKey(folder.spec) }

    /// Changes when the run's folder has more, or something else, than when it was imported.
    var stamp: String {
        var info = stat()
        let size = stat(folder.path + "/records.jsonl", &info) == 0 ? "\(info.st_size)" : "\(published)"
        return "\(folder.summary?.finishedAt ?? 0) \(size)"
    }

    /// Results of a run that has not ended, to tell one fetch from the next.
    private var published: Int {
        let names = { (path: String) in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }
        return names(folder.path + "/results").reduce(0) { $0 + names("\(folder.path)/results/\($1)").count }
    }

    var startedAt: Double { folder.summary?.startedAt ?? Self.time(of: spec.id) }

    /// The time in a run's name, in seconds since 1970: `20261121-013000.123456-k3f9`.
    static func time(of id: String) -> Double {
        let digits = id.utf8.filter { $0 != UInt8(ascii: "-") }.prefix(14).map { Int32($0) - 0x30 }
        guard digits.count == 14, digits.allSatisfy({ (0...9).contains($0) }) else { return 0 }
        let number = { (from: Int, count: Int) in digits[from..<from + count].reduce(0) { $0 * 10 + $1 } }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (number(0, 4) - 1900, number(4, 2) - 1, number(6, 2))
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (number(8, 2), number(10, 2), number(12, 2))
        return Double(timegm(&parts))
    }

    /// What may change a verdict besides sources and engine: limits, retries, options of the engine. Not how many workers there are, or the order.
    var configurationDigest: String {
        struct Options: Encodable {
            var mode: RunMode, fileTimeout: Double, attempts: Int, memoryLimit: Int?, retries: Int?, memoryFloor: Int?, fileTimeouts: [FileTimeout]?, recordTimeout: Double?,
                engine: EngineSpec
        }
        let options = Options(mode: spec.mode, fileTimeout: spec.fileTimeout, attempts: spec.attempts, memoryLimit: spec.memoryLimit, retries: spec.retries,
                              memoryFloor: spec.memoryFloor, fileTimeouts: spec.fileTimeouts, recordTimeout: spec.recordTimeout, engine: spec.engine)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return Hex.encode(SHA256.hash(data: (try? encoder.encode(options)) ?? Data()))
    }

    var commandLine: String? { spec.context.map { context in Self.line(context.commandLine.map { ShellWord.quoted($0) }.joined(separator: " "), 4096) } }

    static func line(_ text: String, _ limit: Int = 500) -> String { SafeText.line(text, limit: limit) }
    static func line(_ text: String?) -> String? { text.map { line($0) } }
}
