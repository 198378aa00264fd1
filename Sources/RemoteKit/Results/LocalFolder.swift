import Glibc
import Platform

/// Looks at and removes what is in an open folder of this machine, without following links.
enum LocalFolder {
    /// The bytes of a plain file; `nil` where there is none, or one that is longer than `limit`.
    static func contents(of name: String, in folder: Int32, limit: Int) -> [UInt8]? {
        let file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var info = stat()
        guard fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_size <= limit else { return nil }
        let size = Int(info.st_size)
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = max(0, DescriptorIO.readFully(file, into: UnsafeMutableRawBufferPointer(buffer), at: 0))
        }
    }

    static func lastByte(of name: String, in folder: Int32) -> UInt8? {
        let file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var byte: UInt8 = 0
        let end = lseek(file, 0, SEEK_END)
        return end > 0 && pread(file, &byte, 1, end - 1) == 1 ? byte : nil
    }

    /// The names in a folder, in no order; none where it cannot be read.
    static func names(in folder: Int32) -> [[UInt8]] {
        let copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else { return [] }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [0x2E], name != [0x2E, 0x2E] { names.append(name) }
        }
        return names
    }

    /// Goes from path to path below a folder; the last path's own folder stays open for the next.
    struct Walk: ~Copyable {
        private let root: Int32
        private var parent: [UInt8] = []
        private var descriptor: Int32 = -1

        init(_ root: Int32) { self.root = root }

        deinit { if descriptor >= 0 { close(descriptor) } }

        mutating func exists(_ path: [UInt8]) -> Bool {
            var info = stat()
            return at(path) { fstatat($0, $1, &info, AT_SYMLINK_NOFOLLOW) } == 0
        }

        /// Removes a file or an empty folder.
        mutating func remove(_ path: [UInt8]) -> Bool {
            at(path) { folder, name in
                if unlinkat(folder, name, 0) == 0 { return 0 }
                return errno == EISDIR || errno == EPERM ? unlinkat(folder, name, AT_REMOVEDIR) : -1
            } == 0
        }

        private mutating func at(_ path: [UInt8], _ body: (Int32, UnsafePointer<CChar>) -> Int32) -> Int32 {
            let slash = path.lastIndex(of: UInt8(ascii: "/"))
            let folder = slash.map { Array(path[..<$0]) } ?? []
            let name = String(decoding: path[(slash.map { $0 + 1 } ?? 0)...], as: UTF8.self)
            guard !folder.isEmpty else { return body(root, name) }
            if descriptor < 0 || folder != parent { enter(folder) }
            return descriptor < 0 ? -1 : body(descriptor, name)
        }

        private mutating func enter(_ folder: [UInt8]) {
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
            var here = root
            for name in folder.split(separator: UInt8(ascii: "/")) {
                let next = openat(here, String(decoding: name, as: UTF8.self), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                if here != root { close(here) }
                here = next
                if here < 0 { return }
            }
            parent = folder
            descriptor = here
        }
    }
}
