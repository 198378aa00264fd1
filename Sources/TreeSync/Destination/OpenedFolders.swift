import Glibc

/// Folders of the receiver that its owner may not read, write or enter, and that a sync has opened to itself: with the modes that
/// they had. The sender's modes are set at the end; a folder that gets none is given back its own.
final class OpenedFolders: Sendable {
    private let monitor = Monitor([[UInt8]: mode_t]())

    func note(_ path: [UInt8], _ mode: mode_t) { monitor.withLock { if $0[path] == nil { $0[path] = mode } } }

    /// The folders and their old modes, what lies in a folder before the folder; none are left then.
    func removeAll() -> [(path: [UInt8], mode: mode_t)] {
        monitor.withLock { folders in
            defer { folders = [:] }
            return folders.sorted { $0.key.count > $1.key.count }.map { ($0.key, $0.value) }
        }
    }
}
