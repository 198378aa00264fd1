package import Glibc

extension stat {
    /// Whether both are of one file, whatever its names are.
    package func isSameFile(as other: stat) -> Bool { st_ino == other.st_ino && st_dev == other.st_dev }
}
