import FoundationEssentials
import Glibc

/// A folder for what the SQL of tries makes on the disk, one for each try at a time. It goes with its last reference.
final class TrialFolder: Sendable {
    let path: String

    init() {
        var template = Array("\(getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")/slt-reduce-XXXXXX".utf8CString)
        path = mkdtemp(&template) != nil ? String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self) : "/nonexistent"
    }

    /// Removes what a try has left.
    func empty(_ slot: Int) {
        let own = "\(path)/\(slot)"
        if rmdir(own) != 0, errno != ENOENT { try? FileManager.default.removeItem(atPath: own) }
    }

    deinit { if rmdir(path) != 0, errno != ENOENT { try? FileManager.default.removeItem(atPath: path) } }
}
