import Fleet
import FoundationEssentials
import Glibc
import Platform
import SQLLogicTest

/// The verdicts that are kept of a workspace, in a file of the state folder. Without it, and with one that cannot be read, nothing is known.
///
/// It is replaced as a whole, so that a writer that is killed leaves the old one, and under a lock, so that two writers do not lose each other's verdicts.
struct VerdictStore {
    private struct Content: Codable {
        var digests: [String: ContentDigests.Entry] = [:]
        /// The latest first.
        var verdicts: [KeptVerdict] = []
    }

    private static let mark = "slt-verdicts 1"
    /// Verdicts that are kept of one workspace; the oldest go first.
    static let most = 50_000
    /// Verdicts of one file, of different contents and engines.
    static let mostOfFile = 4
    /// Workspaces of which some are kept.
    private static let mostWorkspaces = 64
    private static let bytesRead = 256 << 20

    let folder: String
    let workspace: String
    private(set) var digests = ContentDigests()
    private(set) var verdicts: [String: [KeptVerdict]] = [:]

    /// - Parameter state: the folder of agents and runs.
    init(state: String, workspace: String) {
        folder = state + "/verdicts"
        self.workspace = workspace
        load()
    }

    private var path: String { folder + "/" + String(StableHash.of(workspace.utf8, 0), radix: 16) }

    private mutating func load() {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard let bytes = DescriptorIO.readAll(descriptor, limit: Self.bytesRead) else { return }
        let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].elementsEqual(Self.mark.utf8), parts[2].elementsEqual(workspace.utf8),
              let content = try? JSONDecoder().decode(Content.self, from: Data(parts[3])) else { return }
        digests = ContentDigests(content.digests)
        for verdict in content.verdicts { verdicts[verdict.file, default: []].append(verdict) }
    }

    // MARK: reading

    /// The latest verdict on a file whose inputs are what they were.
    mutating func find(_ file: String, context: String) -> KeptVerdict? {
        let candidates = (verdicts[file] ?? []).filter { $0.context == context }
        guard !candidates.isEmpty, let digest = digests.of(workspace + "/" + file) else { return nil }
        return candidates.first { candidate in
            candidate.digest == digest && candidate.inputs.allSatisfy { input in
                input.digest == nil ? access(input.path, F_OK) != 0 : digests.of(input.path) == input.digest
            }
        }
    }

    /// The digest of any file.
    mutating func digest(of path: String) -> String? { digests.of(path) }

    // MARK: writing

    mutating func add(_ verdict: KeptVerdict) {
        var known = verdicts[verdict.file] ?? []
        known.removeAll { $0.context == verdict.context && $0.digest == verdict.digest && $0.inputs == verdict.inputs }
        verdicts[verdict.file] = [verdict] + known.prefix(Self.mostOfFile - 1)
    }

    mutating func learn(_ path: String, _ entry: ContentDigests.Entry) { digests.learn(path, entry) }

    mutating func forget(context: String) {
        for file in verdicts.keys { verdicts[file]?.removeAll { $0.context == context } }
    }

    /// Changes what is kept, as it is by now, and writes it. Nothing that goes wrong here matters to the run.
    /// - Parameter lastRun: the run that does.
    static func update(state: String, workspace: String, lastRun: String, _ change: (inout VerdictStore) -> Void) {
        let folder = state + "/verdicts"
        mkdir(folder, 0o700)
        let lock = open(folder + "/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { return }
        defer { DescriptorIO.closeUnlocking(lock) }
        guard retryingInterrupts({ flock(lock, LOCK_EX) }) == 0 else { return }
        var store = VerdictStore(state: state, workspace: workspace)
        change(&store)
        store.write(lastRun: lastRun)
        store.sweep()
    }

    private func write(lastRun: String) {
        let kept = verdicts.values.joined().sorted { ($1.run, $0.file) < ($0.run, $1.file) }.prefix(Self.most)
        // A digest is worth keeping as long as a verdict names its file, or the last run has looked at it.
        var named = digests.used
        for verdict in kept {
            named.insert(workspace + "/" + verdict.file)
            for input in verdict.inputs { named.insert(input.path) }
        }
        let content = Content(digests: digests.entries.filter { named.contains($0.key) }, verdicts: Array(kept))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(content) else { return }
        try? WholeFile.write(Array("\(Self.mark)\n\(lastRun)\n\(workspace)\n".utf8) + json, to: path)
    }

    /// Removes what writers that were killed have left, and the workspaces that were not used for longest.
    private func sweep() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var files: [(path: String, time: Int)] = []
        for name in names where name != "lock" {
            guard let stamp = FileStamp(folder + "/" + name) else { continue }
            // Who has the lock is the only writer.
            if name.hasSuffix("~") { unlink(folder + "/" + name) } else { files.append((folder + "/" + name, stamp.changed)) }
        }
        for file in files.sorted(by: { $0.time > $1.time }).dropFirst(Self.mostWorkspaces) { unlink(file.path) }
    }
}
