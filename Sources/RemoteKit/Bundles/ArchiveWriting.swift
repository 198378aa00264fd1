import CArchive
import Platform

/// An archive that is written with libarchive. The same entries give the same bytes: nothing of this machine or its user is in it.
final class ArchiveWriting {
    struct Failure: Error { let message: String }

    private let archive: OpaquePointer

    /// - Parameter descriptor: stays the caller's.
    init(_ descriptor: Int32, _ format: ArchiveReading.Format) throws(Failure) {
        guard let made = archive_write_new() else { throw Failure(message: "there is no memory for it") }
        archive = made
        try check(format == .tar ? archive_write_set_format_pax_restricted(archive) : archive_write_set_format_raw(archive))
        try check(archive_write_add_filter_zstd(archive))
        try check(archive_write_set_filter_option(archive, "zstd", "compression-level", "9"))
        try check(archive_write_set_bytes_in_last_block(archive, 1))
        try check(archive_write_open_fd(archive, descriptor))
    }

    deinit { archive_write_free(archive) }

    /// Begins a file.
    /// - Parameter time: seconds since 1970.
    func begin(_ path: String, size: Int, time: Int) throws(Failure) {
        guard let entry = archive_entry_new() else { throw Failure(message: "there is no memory for it") }
        defer { archive_entry_free(entry) }
        archive_entry_set_pathname(entry, path)
        archive_entry_set_size(entry, Int64(size))
        archive_entry_set_filetype(entry, 0o100000)
        archive_entry_set_perm(entry, 0o644)
        archive_entry_set_mtime(entry, time, 0)
        try check(archive_write_header(archive, entry))
    }

    func add(_ bytes: [UInt8]) throws(Failure) {
        var done = 0
        while done < bytes.count {
            let wrote = bytes.withUnsafeBytes { archive_write_data(archive, $0.baseAddress.map { $0 + done }, $0.count - done) }
            guard wrote > 0 else { throw failure() }
            done += wrote
        }
    }

    /// Nothing is whole before this.
    func finish() throws(Failure) { try check(archive_write_close(archive)) }

    private func check(_ result: Int32) throws(Failure) { if result != ARCHIVE_OK { throw failure() } }

    private func failure() -> Failure {
        Failure(message: archive_error_string(archive).map { SafeText.line(String(cString: $0), limit: 200) } ?? "libarchive gives no reason")
    }
}
