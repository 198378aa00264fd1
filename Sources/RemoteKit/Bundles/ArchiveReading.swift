import CArchive
import Platform

/// An archive that is read with libarchive: the only place of this module, with ``ArchiveWriting``, that handles its pointers.
final class ArchiveReading {
    /// A tar in zstd, or a single stream in zstd. Nothing else is tried: each format is code that meets what a stranger wrote.
    enum Format { case tar, stream }

    enum Kind { case file, folder, other(String) }

    struct Entry {
        /// `nil` where it is no text.
        var path: String?
        var kind: Kind
        /// `nil` where the archive does not say.
        var size: Int?
    }

    struct Failure: Error { let message: String }

    private let archive: OpaquePointer

    /// - Parameter descriptor: stays the caller's, and is read from where it stands.
    init(_ descriptor: Int32, _ format: Format) throws(Failure) {
        guard let made = archive_read_new() else { throw Failure(message: "there is no memory for it") }
        archive = made
        let isReady = archive_read_support_filter_zstd(archive) == ARCHIVE_OK
            && (format == .tar ? archive_read_support_format_tar(archive) : archive_read_support_format_raw(archive)) == ARCHIVE_OK
        guard isReady, archive_read_open_fd(archive, descriptor, 64 << 10) == ARCHIVE_OK else { throw failure() }
        // libarchive also takes what is not packed at all, or packed more than once.
        guard archive_filter_count(archive) == 2, archive_filter_code(archive, 0) == ARCHIVE_FILTER_ZSTD else { throw Failure(message: "it is not in zstd") }
    }

    deinit { archive_read_free(archive) }

    /// The next entry; `nil` at the end.
    func next() throws(Failure) -> Entry? {
        var entry: OpaquePointer?
        switch archive_read_next_header(archive, &entry) {
        case ARCHIVE_EOF: return nil
        case ARCHIVE_OK: break
        default: throw failure()
        }
        guard let entry else { throw Failure(message: "it is damaged") }
        let path = archive_entry_pathname(entry).flatMap { String(validatingCString: $0) }
        return Entry(path: path, kind: Self.kind(entry), size: archive_entry_size_is_set(entry) != 0 ? Int(archive_entry_size(entry)) : nil)
    }

    private static func kind(_ entry: OpaquePointer) -> Kind {
        if archive_entry_hardlink(entry) != nil { return .other("a link") }
        if archive_entry_sparse_count(entry) > 0 { return .other("a file with holes") }
        switch UInt32(archive_entry_filetype(entry)) {
        case 0o100000: return .file
        case 0o040000: return .folder
        case 0o120000: return .other("a link")
        default: return .other("a device or the like")
        }
    }

    /// The next bytes of the entry, at most some hundred kilobytes; none at its end.
    func piece() throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 256 << 10)
        let got = bytes.withUnsafeMutableBytes { archive_read_data(archive, $0.baseAddress, $0.count) }
        guard got >= 0 else { throw failure() }
        bytes.removeSubrange(got...)
        return bytes
    }

    private func failure() -> Failure {
        let words = archive_error_string(archive).map { String(cString: $0) } ?? "it is damaged"
        return Failure(message: SafeText.line(words, limit: 200))
    }
}
