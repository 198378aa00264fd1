import Fleet
import FoundationEssentials
import Glibc
import Platform
import TreeSync

/// Makes of a fetched run its compact record: what it was, how it ended, and each file's record. Rows, logs, events and samples go.
enum PrunedRun {
    /// What stays besides the packed records.
    private static let kept: Set<String> = ["spec.json", "resumed.json", "summary.json", "engine.json", "known-failures.json", RunFolder.packedRecords]

    /// - Parameters:
    ///   - parent: absolute; the folder of the host's runs.
    ///   - run: the name of the run.
    ///   - isDryRun: only says what that would free.
    /// - Returns: bytes of the disk that are freed.
    /// - Throws: ``RemoteError`` `locked` while a fetch is at work there.
    static func prune(_ run: String, in parent: String, isDryRun: Bool) throws(RemoteError) -> Int {
        let files = try FetchedFiles.open(run: run, in: parent)
        let folder = try RunFolder(path: files.folder)
        let freed = files.bytesOnDisk(but: kept)
        guard !isDryRun else { return freed }
        let packed = "\(files.folder)/\(RunFolder.packedRecords)"
        if !folder.isPruned {
            do {
                // Before the file is there: a later fetch of the whole run takes it away.
                try files.add(TreePath(RunFolder.packedRecords))
                try pack(folder, to: packed)
            } catch {
                throw RemoteError(error)
            }
        }
        files.removeAll(but: kept)
        try files.forgetMissing(run)
        return max(0, freed - size(packed))
    }

    private static func pack(_ folder: RunFolder, to packed: String) throws {
        let whole = folder.path + "/records.jsonl"
        if FileManager.default.fileExists(atPath: whole) { return try PackedLines.pack(whole, to: packed) }
        // Of a run that had not ended when it was fetched.
        let lines = folder.path + "/.records" + ReplacedFile.ending
        defer { try? FileManager.default.removeItem(atPath: lines) }
        var text = Data()
        try folder.forEachLine { line in
            text += line + [UInt8(ascii: "\n")]
            return true
        }
        try text.write(to: URL(filePath: lines))
        try PackedLines.pack(lines, to: packed)
    }

    private static func size(_ path: String) -> Int {
        var info = stat()
        return lstat(path, &info) == 0 ? Int(info.st_blocks) * 512 : 0
    }
}
