import Glibc

/// A regular file that is open for reading, and its state at that moment.
final class OpenFile: Sendable {
    let descriptor: Int32
    /// Bytes, when it was opened: what is read, even of a file that grows.
    let size: Int
    let attributes: Attributes
    private let status: stat

    init(name: [UInt8], in folder: Int32) throws(Errno) {
        // Without waiting, in case a FIFO has taken the file's place.
        let descriptor = CName.with(name) { openat(folder, $0, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw Errno.last }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw Errno(ENOENT)
        }
        var entry = ListedEntry(nameStart: 0, nameLength: 0)
        entry.set(from: status)
        self.descriptor = descriptor
        self.status = status
        size = Int(entry.size)
        attributes = entry.attributes
    }

    deinit { close(descriptor) }

    /// Whether it has holes that are worth keeping.
    var isSparse: Bool { Int(status.st_blocks) * 512 + 64 << 10 <= size }

    /// Where its data is, in parts of at most `limit` bytes: without its holes, where the file system tells of them.
    func extents(of limit: Int) -> [Range<Int>] {
        var extents: [Range<Int>] = []
        var position = 0
        while position < size {
            var data = position
            var end = size
            if isSparse {
                let found = lseek(descriptor, off_t(position), SystemConstant.seekData)
                if found < 0, errno == ENXIO { break }
                data = found < 0 ? position : min(Int(found), size)
                let hole = lseek(descriptor, off_t(data), SystemConstant.seekHole)
                end = hole < 0 ? size : min(Int(hole), size)
                guard data < end else { break }
            }
            for start in stride(from: data, to: end, by: limit) { extents.append(start..<min(end, start + limit)) }
            position = end
        }
        return extents
    }

    /// The same of some parts of it, which are in order.
    func extents(of limit: Int, in ranges: [Range<Int>]) -> [Range<Int>] {
        let data = isSparse ? extents(of: max(size, 1)) : [0..<size]
        var first = 0
        return ranges.flatMap { range -> [Range<Int>] in
            while first < data.count, data[first].upperBound <= range.lowerBound { first += 1 }
            return data[first...].prefix { $0.lowerBound < range.upperBound }.flatMap { extent in
                let part = range.clamped(to: extent)
                return stride(from: part.lowerBound, to: part.upperBound, by: limit).map { $0..<min(part.upperBound, $0 + limit) }
            }
        }
    }

    /// Whether the name is that of another file now than it was with those other names that were listed.
    func isOther(than listed: ListedEntry) -> Bool {
        listed.inode != 0 && (listed.inode != UInt64(status.st_ino) || listed.device != UInt64(status.st_dev))
    }

    /// What the receiver should know, asked after the content was read.
    func remark(against listed: ListedEntry) -> ContentRemark {
        if isOther(than: listed) { return .isOther }
        var now = stat()
        guard fstat(descriptor, &now) == 0, now.st_size == status.st_size, Self.equal(now.st_mtim, status.st_mtim),
              Self.equal(now.st_ctim, status.st_ctim) || now.st_mode != status.st_mode || now.st_nlink != status.st_nlink else {
            return .changedWhileRead
        }
        let isListed = listed.size == UInt64(size) && listed.seconds == attributes.seconds && listed.nanoseconds == attributes.nanoseconds
        return isListed ? .none : .changedAfterListing
    }

    private static func equal(_ left: timespec, _ right: timespec) -> Bool {
        left.tv_sec == right.tv_sec && left.tv_nsec == right.tv_nsec
    }
}
