/// Packs listings into manifest messages.
///
/// A message is a flag byte (1: the rest is a zstd frame) and parts. A part is a byte of flags, then a count and so many entries: kind, name, mode, modification time (seconds as the
/// difference from the entry before), and a file's size or a link's target. The kind of a file or link that has more names has
/// the bit 64 where the first comes, and 128 with the others, whose last part is the number of the first. A folder's path is not sent: folders
/// come in the order of the walk, each before what it holds, by name. The texts of a folder's rule files come before its first part, in parts
/// of their own: the flag `text`, a byte that says which, and so many bytes of it.
struct ManifestWriter {
    struct PartFlags: OptionSet {
        let rawValue: UInt8
        static let first = PartFlags(rawValue: 1)
        static let last = PartFlags(rawValue: 2)
        /// The folder cannot be read, or nothing has changed in it and only changes are sent: what the receiver has there stays.
        static let unreadable = PartFlags(rawValue: 4)
        /// Git's rules are compared without regard to case in the repository whose top the folder is.
        static let foldsCase = PartFlags(rawValue: 8)
        /// A text, or a part of one, of the folder that comes next.
        static let text = PartFlags(rawValue: 16)
        /// The rules exclude the folder: what the receiver has there, and is not listed, stays.
        static let excluded = PartFlags(rawValue: 32)
        /// The folder is the top of a repository of its own.
        static let repository = PartFlags(rawValue: 64)
    }

    /// Which text of a folder.
    enum Text: UInt8 {
        case gitignore = 1
        case sltignore = 2
        /// Of `info/exclude`.
        case repository = 3
        /// The user's global excludes, where those of the repository are others.
        case user = 4
    }

    /// Messages are sent when they reach this size.
    private static let flushSize = 64 << 10

    private var body = ByteWriter()
    private let zstd = Zstd()
    private let compresses: Bool
    private let emit: ([UInt8]) throws -> Void

    init(compresses: Bool, emit: @escaping ([UInt8]) throws -> Void) {
        self.compresses = compresses
        self.emit = emit
    }

    /// The root's own attributes come before everything else.
    mutating func root(_ attributes: Attributes) { body.attributes(attributes) }

    mutating func add(_ listing: DirectoryListing) throws {
        var flags: PartFlags = [.first]
        if listing.failure != nil { flags.insert(.unreadable) }
        if let inner = listing.inner { flags.formUnion(inner.foldsCase ? [.repository, .foldsCase] : .repository) }
        if listing.isExcluded { flags.insert(.excluded) }
        try add(.gitignore, listing.gitignore)
        try add(.sltignore, listing.sltignore)
        try add(.repository, listing.inner?.excludes)
        try add(.user, listing.inner?.userExcludes)
        var start = 0
        repeat {
            let end = min(listing.entries.count, start + 512)
            if end == listing.entries.count { flags.insert(.last) }
            body.byte(flags.rawValue)
            body.number(end - start)
            var seconds: Int64 = 0
            for entry in listing.entries[start..<end] {
                append(entry, of: listing, after: seconds)
                seconds = entry.seconds
            }
            if body.bytes.count >= Self.flushSize { try flush() }
            flags = []
            start = end
        } while start < listing.entries.count
    }

    /// A folder in which nothing has changed. Nothing of it follows, nor of the folders in it.
    mutating func addUntouched() throws {
        body.byte(PartFlags([.first, .last, .unreadable]).rawValue)
        body.number(0)
        if body.bytes.count >= Self.flushSize { try flush() }
    }

    /// The most bytes of a text in one part.
    private static let textSize = 256 << 10

    private mutating func add(_ kind: Text, _ text: [UInt8]?) throws {
        guard let text else { return }
        var start = 0
        repeat {
            let end = min(text.count, start + Self.textSize)
            body.byte(PartFlags.text.rawValue)
            body.byte(kind.rawValue)
            body.string(text[start..<end])
            if body.bytes.count >= Self.flushSize { try flush() }
            start = end
        } while start < text.count
    }

    private mutating func append(_ entry: ListedEntry, of listing: DirectoryListing, after seconds: Int64) {
        switch entry.linkage {
        case .single: body.byte(entry.kind.rawValue)
        case .first: body.byte(entry.kind.rawValue | 64)
        case .another: body.byte(entry.kind.rawValue | 128)
        }
        body.string(listing.name(entry))
        body.attributes(Attributes(mode: entry.mode, seconds: entry.seconds &- seconds, nanoseconds: entry.nanoseconds))
        switch entry.kind {
        case .file: body.number(entry.size)
        case .link: body.string(listing.target(entry))
        case .directory, .skipped: break
        }
        if case .another(let number) = entry.linkage { body.number(number) }
    }

    mutating func flush() throws {
        guard !body.bytes.isEmpty else { return }
        let frame = compresses ? body.bytes.withUnsafeBytes { zstd.packed($0) } : nil
        try emit([MessageKind.manifest.rawValue, frame == nil ? 0 : 1] + (frame ?? body.bytes))
        body.bytes.removeAll(keepingCapacity: true)
    }
}
