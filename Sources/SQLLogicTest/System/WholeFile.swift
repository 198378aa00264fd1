import Glibc
import Platform

/// Writes files so that a reader sees either the old content or the new one.
package enum WholeFile {
    /// Replaces the file at `path`, whose mode stays; a link is followed.
    package static func write(_ bytes: [UInt8], to path: String) throws(SQLLogicTestError) {
        let target = RawPath.resolved(path) ?? path
        var status = stat()
        let mode = RawPath.withName(target, { stat($0, &status) }) == 0 ? status.st_mode & 0o7777 : 0o644
        let temporary = "\(target).\(getpid()).\(UniqueNumber.next())~"
        let descriptor = retryingInterrupts { RawPath.withName(temporary) { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode) } }
        guard descriptor >= 0 else { throw failure(path) }
        _ = fchmod(descriptor, mode)
        var done = 0
        while done < bytes.count {
            let wrote = retryingInterrupts { bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done) } }
            if wrote <= 0 { break }
            done += wrote
        }
        let isWritten = done == bytes.count
        guard close(descriptor) == 0, isWritten, RawPath.withName(temporary, { old in RawPath.withName(target) { rename(old, $0) } }) == 0 else {
            let error = failure(path)
            _ = RawPath.withName(temporary) { unlink($0) }
            throw error
        }
    }

    private static func failure(_ path: String) -> SQLLogicTestError {
        SQLLogicTestError(.unwritable, "cannot write \(path): \(ErrorText.of())")
    }
}
