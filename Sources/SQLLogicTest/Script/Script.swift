import Glibc
import Platform

/// The bytes of one script, in memory for as long as the object lives. Nothing is copied out of them to parse.
///
/// Files up to 16 MB are read, so that an input error is an error and no signal. Longer ones are mapped, so that they take no memory
/// of the process.
public final class Script: @unchecked Sendable {
    /// The path it came from, or a name given to bytes in memory.
    public let name: String
    let base: UnsafePointer<UInt8>
    /// Its size in bytes.
    public let count: Int
    private let storage: UnsafeMutableRawPointer
    private let isMapped: Bool

    /// The longest file that is read rather than mapped, in bytes.
    static let readLimit = 16 << 20

    /// How many lines it has, the one behind the last break included.
    package var lineCount: Int { UnsafeBufferPointer(start: base, count: count).count { $0 == UInt8(ascii: "\n") } + 1 }

    /// Reads a file.
    /// - Parameter path: of the file.
    /// - Throws: ``SQLLogicTestError/Code/unreadable``, retryable where the system was short of memory or descriptors.
    public convenience init(path: String) throws(SQLLogicTestError) {
        let descriptor = retryingInterrupts { RawPath.withName(path) { open($0, O_RDONLY | O_CLOEXEC | O_NOCTTY) } }
        guard descriptor >= 0 else { throw Self.unreadable(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.unreadable(path, errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw Self.unreadable(path, EISDIR) }
        let size = Int(status.st_size)
        if status.st_mode & S_IFMT == S_IFREG, size > Self.readLimit {
            try self.init(mapping: descriptor, size: size, path: path)
        } else {
            try self.init(reading: descriptor, expected: size, path: path)
        }
    }

    /// A script that is in memory already.
    /// - Parameters:
    ///   - bytes: of the script; they are copied.
    ///   - name: what messages call it.
    public init(_ bytes: some Collection<UInt8>, name: String = "script") {
        let copy: UnsafeMutablePointer<UInt8> = allocated(bytes.count)
        UnsafeMutableRawBufferPointer(start: copy, count: bytes.count).copyBytes(from: bytes)
        self.name = name
        count = bytes.count
        isMapped = false
        storage = UnsafeMutableRawPointer(copy)
        base = UnsafePointer(copy)
    }

    /// A script that is in memory already.
    /// - Parameters:
    ///   - text: of the script.
    ///   - name: what messages call it.
    public convenience init(_ text: String, name: String = "script") {
        self.init(Array(text.utf8), name: name)
    }

    private init(mapping descriptor: Int32, size: Int, path: String) throws(SQLLogicTestError) {
        guard let map = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), map != MAP_FAILED else {
            throw Self.unreadable(path, errno)
        }
        madvise(map, size, MADV_SEQUENTIAL)
        name = path
        count = size
        isMapped = true
        storage = map
        base = UnsafePointer(map.assumingMemoryBound(to: UInt8.self))
    }

    private init(reading descriptor: Int32, expected: Int, path: String) throws(SQLLogicTestError) {
        // One byte more than expected, so that the end of the file shows without growing.
        var capacity = max(expected, 0) + 1
        guard var buffer = malloc(capacity) else { throw Self.unreadable(path, ENOMEM) }
        var filled = 0
        while true {
            if filled == capacity {
                guard capacity <= Int.max / 2, let larger = realloc(buffer, capacity * 2) else {
                    free(buffer)
                    throw Self.unreadable(path, ENOMEM)
                }
                buffer = larger
                capacity *= 2
            }
            let got = retryingInterrupts { read(descriptor, buffer + filled, capacity - filled) }
            if got < 0 {
                let code = errno
                free(buffer)
                throw Self.unreadable(path, code)
            }
            if got == 0 { break }
            filled += got
        }
        name = path
        count = filled
        isMapped = false
        storage = buffer
        base = UnsafePointer(buffer.assumingMemoryBound(to: UInt8.self))
    }

    deinit {
        if isMapped { munmap(storage, count) } else { free(storage) }
    }

    private static func unreadable(_ path: String, _ code: Int32) -> SQLLogicTestError {
        SQLLogicTestError(.unreadable, "cannot read \(path): \(ErrorText.of(code))",
                          isRetryable: code == EIO || code == ENOMEM || code == EMFILE || code == ENFILE)
    }

    /// The bytes of `range` as text; what is not UTF-8 is replaced.
    func text(_ range: ByteRange) -> String {
        String(decoding: buffer(range), as: UTF8.self)
    }

    /// All of it.
    package var bytes: [UInt8] { Array(UnsafeBufferPointer(start: base, count: count)) }

    func buffer(_ range: ByteRange) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: base + range.start, count: max(range.count, 0))
    }

    /// Whether `range` holds exactly the bytes of `literal`.
    func equals(_ range: ByteRange, _ literal: StaticString) -> Bool {
        range.count == literal.utf8CodeUnitCount && memcmp(base + range.start, literal.utf8Start, range.count) == 0
    }
}
