import Fleet
import Glibc

/// A worker that ends itself, as SIGKILL would, between two steps that belong together.
enum DeadlyWindows {
    /// Set to a folder: which of the windows are deadly is told by its files, named for them; each holds a byte for every hit
    /// that is left.
    static let variable = "PROBE_DEADLY_WINDOWS"

    static func arm() {
        guard let folder = getenv(variable).map({ String(cString: $0) }) else { return }
        KillWindow.listen { window in
            // Not every time: a fleet that never gets through a window shows nothing of what comes after it.
            guard UInt8.random(in: 0..<8) == 0, take("\(folder)/\(window.rawValue)") else { return }
            kill(getpid(), SIGKILL)
        }
    }

    /// Takes one hit from the file, of which several processes may want some.
    private static func take(_ path: String) -> Bool {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX) == 0 else { return false }
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_size > 0 else { return false }
        return ftruncate(descriptor, info.st_size - 1) == 0
    }
}
