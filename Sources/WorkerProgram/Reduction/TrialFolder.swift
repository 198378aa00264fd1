import Fleet
import FoundationEssentials
import Glibc
import Platform

/// A folder for what the SQL of tries makes on the disk, one for each try at a time. It goes with its last reference; where its process was killed, the
/// next one removes it.
final class TrialFolder: Sendable {
    let path: String

    private static let prefix = "slt-reduce-", owner = "owner"

    init() {
        _ = Self.swept
        path = PrivateFolder.make(Self.prefix) ?? "/nonexistent"
        let file = open("\(path)/\(Self.owner)", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        _ = DescriptorIO.writeAll(file, Array(ProcessMark.own.utf8))
        close(file)
    }

    /// Once in a process: folders whose process has ended without a word.
    private static let swept: Void = {
        let parent = PrivateFolder.parent
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] where name.hasPrefix(prefix) {
            let folder = "\(parent)/\(name)"
            guard let mark = FileManager.default.contents(atPath: "\(folder)/\(owner)"), ProcessMark.isOver(String(decoding: mark, as: UTF8.self)) else { continue }
            try? FileManager.default.removeItem(atPath: folder)
        }
    }()

    /// Removes what a try has left.
    func empty(_ slot: Int) {
        let own = "\(path)/\(slot)"
        if rmdir(own) != 0, errno != ENOENT { try? FileManager.default.removeItem(atPath: own) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
