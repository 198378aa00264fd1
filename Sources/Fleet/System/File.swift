import CFleet
import Glibc
import Platform
import Synchronization

/// An open file that closes itself. Every file is opened close-on-exec.
final class File: Sendable {
    let descriptor: Int32
    private let name: Path
    /// Locks that end with this value.
    private let locks = Atomic<UInt8>(0)
    /// The process that took them: one that was forked from it shares them, and must not give them up.
    private let owner = Atomic<Int32>(0)
    private static let firstByte: UInt8 = 1, whole: UInt8 = 2

    init(_ path: Path, _ flags: Int32, mode: mode_t = 0o600) throws(FleetError) {
        descriptor = path.withCString { text in retryingInterrupts { open(text, flags | O_CLOEXEC, mode) } }
        name = path
        if descriptor < 0 { throw .system("open \(path.text)") }
    }

    /// `nil` with `errno` set when the file cannot be opened.
    init?(ifPossible path: Path, _ flags: Int32, mode: mode_t = 0o600) {
        descriptor = path.withCString { text in retryingInterrupts { open(text, flags | O_CLOEXEC, mode) } }
        name = path
        if descriptor < 0 { return nil }
    }

    /// A file that is known to be there; on a shared disk it may not be seen at once.
    static func known(_ path: Path, _ flags: Int32) throws(FleetError) -> File {
        let began = Clock.monotonic
        while true {
            if let file = File(ifPossible: path, flags) { return file }
            guard errno == ENOENT, Clock.seconds(since: began) < visibility else { throw .system("open \(path.text)") }
            path.look()
        }
    }

    /// Also runs when an initialiser fails, whose `errno` must survive.
    deinit {
        guard descriptor >= 0 else { return }
        // A program that is just being started has a copy of each descriptor, which would hold the lock for a moment longer.
        let held = locks.load(ordering: .relaxed) != 0 && owner.load(ordering: .relaxed) == getpid() ? locks.load(ordering: .relaxed) : 0
        if held & Self.firstByte != 0 { _ = cfleet_lock(descriptor, 0, 0) }
        if held & Self.whole != 0 { flock(descriptor, LOCK_UN) }
        close(descriptor)
    }

    func status() throws(FleetError) -> stat {
        var info = stat()
        if fstat(descriptor, &info) != 0 { throw .system("read the state of \(name.text)") }
        return info
    }

    /// Up to `count` bytes from `offset`; fewer only at the end of the file.
    func read(_ count: Int, at offset: Int) throws(FleetError) -> [UInt8] {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: max(count, 0)) { buffer, filled in
            let got = DescriptorIO.readFully(descriptor, into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<max(count, 0)]), at: offset)
            failed = got < 0
            filled = max(0, got)
        }
        if failed { throw .system("read \(name.text)") }
        return bytes
    }

    /// Whole lines from `offset` on, about `count` bytes of them, or one line that is longer.
    /// - Returns: each with its line end; nothing where none is whole yet.
    /// - Throws: ``FleetError`` `corrupt` at a line of more than `longest` bytes.
    func lines(_ count: Int, at offset: Int, longest: Int) throws(FleetError) -> [UInt8] {
        var wanted = count
        while true {
            var bytes = try read(wanted, at: offset)
            if let end = bytes.lastIndex(of: UInt8(ascii: "\n")) {
                bytes.removeSubrange((end + 1)...)
                return bytes
            }
            // Either the line is being written, or it is longer than the piece.
            if bytes.count < wanted { return [] }
            guard wanted < longest else { throw FleetError(.corrupt, "cannot read \(name.text): a line does not end") }
            wanted = min(wanted * 4, longest)
        }
    }

    /// Writes all of `bytes` at `offset`, or where the file's mode says when `offset` is nil.
    func write(_ bytes: [UInt8], at offset: Int? = nil) throws(FleetError) {
        if !DescriptorIO.writeAll(descriptor, bytes, at: offset) { throw .system("write \(name.text)") }
    }

    func truncate(to size: Int) throws(FleetError) {
        if retryingInterrupts({ ftruncate(descriptor, off_t(size)) }) != 0 { throw .system("cut \(name.text)") }
    }

    func sync() throws(FleetError) {
        if retryingInterrupts({ fsync(descriptor) }) != 0 { throw .system("bring \(name.text) to disk") }
    }

    /// Waits for the lock on the first byte.
    func lock() throws(FleetError) {
        if retryingInterrupts({ cfleet_lock(descriptor, 1, 1) }) != 0 { throw .system("lock \(name.text)") }
        note(Self.firstByte)
    }

    /// Takes the lock on the first byte if nobody has it.
    func tryLock() throws(FleetError) -> Bool {
        if retryingInterrupts({ cfleet_lock(descriptor, 0, 1) }) == 0 {
            note(Self.firstByte)
            return true
        }
        if errno == EAGAIN || errno == EACCES { return false }
        throw .system("lock \(name.text)")
    }

    func unlock() {
        _ = cfleet_lock(descriptor, 0, 0)
        locks.bitwiseAnd(~Self.firstByte, ordering: .relaxed)
    }

    /// Takes the lock on the whole file or folder, as flock(2) has it, if nobody has it.
    /// - Parameter shared: whether others may have it in the same way.
    /// - Returns: false with `errno` set; `EWOULDBLOCK` where somebody else has it.
    func tryLockWhole(shared: Bool = false) -> Bool {
        guard retryingInterrupts({ flock(descriptor, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) }) == 0 else { return false }
        note(Self.whole)
        return true
    }

    private func note(_ lock: UInt8) {
        owner.store(getpid(), ordering: .relaxed)
        locks.bitwiseOr(lock, ordering: .relaxed)
    }

    /// The locks stay when this value goes, for another process that has the descriptor.
    func leaveLocks() { locks.store(0, ordering: .relaxed) }

    /// Whether this is the file of a name that link(2) could not give, since it is there; the name may not be seen at once on a shared disk.
    /// - Parameter number: why it could not.
    /// - Returns: `nil` where nothing has that name.
    func isLinked(to name: Path, after number: Int32) -> Bool? {
        let began = Clock.monotonic
        while true {
            if let own = try? status(), let other = name.status(followingLinks: false) { return own.isSameFile(as: other) }
            guard number == EEXIST, Clock.seconds(since: began) < Self.visibility else { return nil }
            name.look()
        }
    }

    /// Seconds within which a host that looks again sees what is there.
    static let visibility = 5.0

    /// Whether another opening of the file holds the lock, here or on another host.
    func isLockedElsewhere() throws(FleetError) -> Bool {
        let held = cfleet_lock_is_held(descriptor)
        if held < 0 { throw .system("look at the lock of \(name.text)") }
        return held == 1
    }
}

extension Path {
    /// The whole file, refused beyond `limit` bytes.
    func contents(limit: Int = 1 << 30) throws(FleetError) -> [UInt8] {
        let file = try File(self, O_RDONLY)
        let size = Int(try file.status().st_size)
        guard size <= limit else { throw FleetError(.corrupt, "cannot read \(text): it has \(size) bytes, at most \(limit) are expected") }
        return try file.read(size, at: 0)
    }

    /// The file's bytes where the kernel makes them up (`/proc`), so that its size is 0. `nil` when it is gone.
    func kernelText(limit: Int = 1 << 20) -> [UInt8]? {
        guard let file = File(ifPossible: self, O_RDONLY) else { return nil }
        var bytes: [UInt8] = []
        while bytes.count < limit {
            guard let chunk = DescriptorIO.read(file.descriptor, limit: 16384), !chunk.isEmpty else { break }
            bytes += chunk
        }
        return bytes
    }

    /// Replaces the file in one step: a reader sees the old or the new one, also after a loss of power.
    func replace(with bytes: [UInt8]) throws(FleetError) {
        let temporary = Path(self.bytes + Array(".new".utf8))
        do {
            let file = try File(temporary, O_WRONLY | O_CREAT | O_TRUNC)
            try file.write(bytes)
            try file.sync()
            try temporary.rename(to: self)
        } catch {
            temporary.unlink()
            throw error
        }
    }

    func syncFolder() throws(FleetError) { try File(self, O_RDONLY | O_DIRECTORY).sync() }
}
