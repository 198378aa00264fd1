import Glibc

/// Writes files so that a reader sees the old content or the new, nothing between.
enum WholeFile {
    /// Replaces the file at `path`, whose mode stays; a link is followed.
    static func write(_ bytes: [UInt8], to path: String) throws(SQLLogicTestError) {
        let target = realpath(path, nil).map { resolved in
            defer { free(resolved) }
            return String(cString: resolved)
        } ?? path
        var status = stat()
        let mode = stat(target, &status) == 0 ? status.st_mode & 0o7777 : 0o644
        let temporary = "\(target).\(getpid()).\(DatabaseNumbers.next())~"
        let descriptor = retryingOnInterrupt { open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode) }
        guard descriptor >= 0 else { throw failure(path) }
        _ = fchmod(descriptor, mode)
        var done = 0
        while done < bytes.count {
            let wrote = retryingOnInterrupt { bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done) } }
            if wrote <= 0 { break }
            done += wrote
        }
        let isWritten = done == bytes.count
        guard close(descriptor) == 0, isWritten, rename(temporary, target) == 0 else {
            let error = failure(path)
            unlink(temporary)
            throw error
        }
    }

    private static func failure(_ path: String) -> SQLLogicTestError {
        SQLLogicTestError(.unwritable, "cannot write \(path): \(String(cString: strerror(errno)))")
    }
}
