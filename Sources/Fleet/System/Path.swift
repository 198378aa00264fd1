import Glibc
import Platform

/// A path of the file system as it really is: bytes without NUL, which need not be UTF-8.
struct Path: Sendable, Hashable {
    var bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }
    init(_ text: String) { bytes = Array(text.utf8) }

    static func / (folder: Path, name: String) -> Path { Path(folder.bytes + [UInt8(ascii: "/")] + Array(name.utf8)) }
    static func / (folder: Path, name: [UInt8]) -> Path { Path(folder.bytes + [UInt8(ascii: "/")] + name) }

    /// The folder that the last name is in, of an absolute path.
    var parent: Path { Path(Array(bytes[..<(bytes.lastIndex(of: UInt8(ascii: "/")) ?? 0)])) }

    /// The last name.
    var name: ArraySlice<UInt8> { bytes[((bytes.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1)...] }

    /// The last name, for people.
    var nameText: String { String(decoding: name, as: UTF8.self) }

    /// For people: bytes that are not UTF-8 are replaced.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { buffer in
            for (index, byte) in bytes.enumerated() { buffer[index] = CChar(bitPattern: byte) }
            buffer[bytes.count] = 0
            // The buffer is never empty.
            return body(UnsafePointer(buffer.baseAddress.unsafelyUnwrapped))
        }
    }

    /// The path made absolute against the working directory; nothing is resolved.
    var absolute: Path {
        guard bytes.first != UInt8(ascii: "/"), let folder = getcwd(nil, 0) else { return self }
        defer { free(folder) }
        return Path(Array(UnsafeBufferPointer(start: folder, count: strlen(folder))).map { UInt8(bitPattern: $0) }) / bytes
    }
}

extension Path {
    /// What `stat` says, or `nil` with `errno` set.
    func status(followingLinks: Bool = true) -> stat? {
        var info = stat()
        let result = withCString { followingLinks ? stat($0, &info) : lstat($0, &info) }
        return result == 0 ? info : nil
    }

    /// Waits a moment for a name that is there and was not seen: a client of NFS forgets what it took for missing when the folder is opened.
    func look() {
        _ = File(ifPossible: parent, O_RDONLY | O_DIRECTORY)
        Clock.pauseThread(0.01)
    }

    var exists: Bool { status(followingLinks: false) != nil }

    /// Removes the name; `false` with `errno` set when that failed for another reason than that it is not there.
    @discardableResult
    func unlink() -> Bool { withCString { Glibc.unlink($0) } == 0 || errno == ENOENT }

    func makeFolder(mode: mode_t = 0o700, mayExist: Bool = true) throws(FleetError) {
        if withCString({ mkdir($0, mode) }) == 0 { return }
        if errno == EEXIST && mayExist { return }
        throw .system("make the folder \(text)")
    }

    /// Makes the folder and those above it.
    func makeFolders() throws(FleetError) {
        if let info = status(), info.st_mode & S_IFMT == S_IFDIR { return }
        if let slash = bytes.lastIndex(of: UInt8(ascii: "/")), slash > 0 { try Path(Array(bytes[..<slash])).makeFolders() }
        try makeFolder()
    }

    func rename(to target: Path) throws(FleetError) {
        let own = status(followingLinks: false)
        if withCString({ from in target.withCString { Glibc.rename(from, $0) } }) == 0 { return }
        let number = errno
        // On a shared disk a repeated request finds that the first one has moved it.
        if number == ENOENT, let own, target.status(followingLinks: false)?.isSameFile(as: own) == true { return }
        throw .system("rename \(text) to \(target.text)", number)
    }

    /// The names in the folder, without `.` and `..`, in no order.
    func names() throws(FleetError) -> [[UInt8]] {
        guard let folder = withCString({ opendir($0) }) else { throw .system("list the folder \(text)") }
        defer { closedir(folder) }
        var names: [[UInt8]] = []
        errno = 0
        while let entry = readdir(folder) {
            let name = entry.nameBytes
            if name != [0x2E] && name != [0x2E, 0x2E] { names.append(name) }
            errno = 0
        }
        if errno != 0 { throw .system("list the folder \(text)") }
        return names
    }

    /// Removes a file or a whole tree without following links. What cannot be removed stays.
    func removeTree() {
        if withCString({ Glibc.unlink($0) }) == 0 || errno == ENOENT { return }
        if withCString({ rmdir($0) }) == 0 { return }
        guard let info = status(followingLinks: false), info.st_mode & S_IFMT == S_IFDIR else { return }
        _ = withCString { chmod($0, 0o700) }
        for name in (try? names()) ?? [] { (self / name).removeTree() }
        _ = withCString { rmdir($0) }
    }
}

extension UnsafeMutablePointer<dirent> {
    /// The name, without its NUL.
    var nameBytes: [UInt8] {
        let start = UnsafeRawPointer(self) + (MemoryLayout<dirent>.offset(of: \.d_name) ?? 0)
        let name = start.assumingMemoryBound(to: UInt8.self)
        return Array(UnsafeBufferPointer(start: name, count: strlen(start.assumingMemoryBound(to: CChar.self))))
    }
}
