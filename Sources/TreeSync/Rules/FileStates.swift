import Glibc

/// The state of some files, to see later whether one of them has changed. A file may be missing.
struct FileStates: Sendable, Equatable {
    private struct State: Equatable {
        var inode: UInt64
        var size: Int64
        var seconds: Int
        var nanoseconds: Int
    }

    private let states: [State?]

    init(_ paths: [String]) {
        states = paths.map { path in
            var info = stat()
            guard stat(path, &info) == 0 else { return nil }
            return State(inode: UInt64(info.st_ino), size: Int64(info.st_size), seconds: info.st_mtim.tv_sec, nanoseconds: info.st_mtim.tv_nsec)
        }
    }
}
