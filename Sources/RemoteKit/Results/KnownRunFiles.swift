import Glibc

/// The files of a run directory that releases without a list of fetched files brought home.
enum KnownRunFiles {
    private static let plain = ["spec.json", "manifest", "configuration.toml", "resumed.json", "engine.json", "known-failures.json", "events", "samples", "workers", "pause", "summary.json", "records.jsonl", "iterations.jsonl"]

    /// Those that are in a folder, as paths.
    static func present(in folder: Int32) -> Set<[UInt8]> {
        var paths = Set(plain.map { Array($0.utf8) })
        add("logs", in: folder, &paths) { name in name == Array("supervisor.log".utf8) || isWorkerLog(name) }
        add("results", in: folder, &paths, where: isNumber)
        for shard in paths.filter({ $0.starts(with: "results/".utf8) }) {
            add(String(decoding: shard, as: UTF8.self), in: folder, &paths, where: isNumber)
        }
        return paths
    }

    private static func add(_ below: String, in folder: Int32, _ paths: inout Set<[UInt8]>, where isOurs: ([UInt8]) -> Bool) {
        let inner = openat(folder, below, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard inner >= 0 else { return }
        defer { close(inner) }
        paths.insert(Array(below.utf8))
        for name in LocalFolder.names(in: inner) where isOurs(name) { paths.insert(Array((below + "/").utf8) + name) }
    }

    private static func isWorkerLog(_ name: [UInt8]) -> Bool {
        let start = Array("worker-".utf8), end = Array(".log".utf8)
        return name.starts(with: start) && name.suffix(end.count).elementsEqual(end) && isNumber(name.dropFirst(start.count).dropLast(end.count))
    }

    private static func isNumber(_ name: some Collection<UInt8>) -> Bool { !name.isEmpty && name.allSatisfy { (0x30...0x39).contains($0) } }
}
