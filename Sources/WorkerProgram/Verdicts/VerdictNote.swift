import FoundationEssentials
import Glibc
import Platform
import SQLLogicTest

/// What a worker has found out of the inputs of a file that passed: a line of JSON in the run's folder.
struct VerdictNote: Codable {
    /// A file that was read.
    struct Source: Codable {
        var path: String
        /// Nil for one that is not there.
        var content: ContentDigests.Entry?
    }

    /// Position in the manifest.
    var id: Int
    /// The script.
    var script: Source
    /// What it includes, and what it would include if it were there.
    var others: [Source]
    /// Whether the verdict cannot be kept; its record says why.
    var isExcluded = false
    var tests: Int
    var skipped: Int

    // MARK: files

    /// Adds a line. What cannot be written is run again the next time.
    func append(to path: String) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0, let json = try? encoder.encode(self) else { return }
        defer { close(descriptor) }
        // Behind a line that a killed worker has left unfinished.
        _ = DescriptorIO.writeAll(descriptor, Array("\n".utf8) + json + Array("\n".utf8))
    }

    /// All whole lines.
    static func read(_ path: String) -> [VerdictNote] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        let decoder = JSONDecoder()
        return (DescriptorIO.readAll(descriptor, limit: 256 << 20) ?? []).split(separator: UInt8(ascii: "\n")).compactMap {
            try? decoder.decode(VerdictNote.self, from: Data($0))
        }
    }
}
