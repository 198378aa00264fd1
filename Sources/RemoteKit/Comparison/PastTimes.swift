import Fleet
import FoundationEssentials

/// What files took in runs before one: how much a file's time differs without a change is known from there.
enum PastTimes {
    /// More say little more, and each is read.
    static let runs = 10

    /// CPU seconds by file of the passed files in the full runs before `run`, of its project and on its host.
    /// - Parameter other: the run that it is compared with, which may be the older one and is no past of itself.
    static func cpu(before run: RunFolder, comparedWith other: RunFolder, in catalog: RunCatalog) -> [String: [Double]] {
        var times: [String: [Double]] = [:], count = 0
        for place in catalog.places().reversed() where place.id < run.spec.id && place.path != run.path && place.path != other.path {
            guard count < runs else { break }
            guard let past = try? RunFolder(path: place.path), past.isFull, past.project == run.project, past.isLike(run) else { continue }
            count += 1
            add(past, to: &times)
        }
        return times
    }

    private static func add(_ run: RunFolder, to times: inout [String: [Double]]) {
        try? run.forEachLine { line in
            guard let head = RecordHead(line: Array(line)), head.outcome == .pass, let cpu = head.cpu, let name = head.fileName else { return true }
            times[name, default: []].append(cpu)
            return true
        }
    }
}

extension RunFolder {
    /// The machine that it ran on: by its own name where that is known, else by the folder of the host.
    var hostName: String { engine?.host ?? hostFolder }

    /// Whether times can be compared with those of `other`: the same machine, and the same kind of engine.
    func isLike(_ other: RunFolder) -> Bool { isOnHost(of: other) && spec.engine.kind == other.spec.engine.kind }

    /// Runs of older releases do not name the machine; the folder that they are in does.
    func isOnHost(of other: RunFolder) -> Bool {
        if let here = engine?.host, let there = other.engine?.host { return here == there }
        return LocalPath.parent(path) == LocalPath.parent(other.path)
    }
}
