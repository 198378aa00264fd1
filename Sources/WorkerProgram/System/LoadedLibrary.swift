import Fleet
import Glibc
import Platform

/// Shared libraries of this process.
enum LoadedLibrary {
    /// Where a library lies that was loaded by this name, links resolved.
    /// - Parameter name: a path, which is resolved whether it is loaded or not, or the beginning of a file's name.
    /// - Returns: nil where there is no file at the path, or none of that name is loaded.
    static func path(of name: String) -> String? {
        if name.utf8.contains(UInt8(ascii: "/")) {
            guard let real = realpath(name, nil) else { return nil }
            defer { free(real) }
            return String(cString: real)
        }
        let descriptor = open("/proc/self/maps", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard let maps = DescriptorIO.readAll(descriptor, limit: 16 << 20) else { return nil }
        for line in maps.split(separator: UInt8(ascii: "\n")) {
            guard let start = line.firstIndex(of: UInt8(ascii: "/")) else { continue }
            let path = line[start...], file = path[((path.lastIndex(of: UInt8(ascii: "/")) ?? start) + 1)...]
            // `libpq.so.5` is a link to `libpq.so.5.15`.
            if file.starts(with: name.utf8) { return String(decoding: path, as: UTF8.self) }
        }
        return nil
    }
}
