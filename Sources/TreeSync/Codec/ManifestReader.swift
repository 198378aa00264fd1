/// Takes manifest messages apart and checks what a hostile sender could put into them.
struct ManifestReader {
    private let policy: ReceiverPolicy
    private let zstd = Zstd()
    private(set) var root: Attributes?
    /// The folder whose parts are coming.
    private var listing: DirectoryListing?
    private var isUnreadable = false
    private(set) var entries = 0
    private(set) var bytes: UInt64 = 0
    private var ruleBytes = 0
    /// Of the folder that comes next.
    private var texts: [ManifestWriter.Text: [UInt8]] = [:]
    /// Bytes of names and link targets.
    private var nameBytes = 0

    init(policy: ReceiverPolicy) { self.policy = policy }

    /// Whether a folder is begun and not ended.
    var isInsideFolder: Bool { listing != nil || !texts.isEmpty }

    /// - Returns: the listing of each folder that is whole now, without its path, and whether the sender could not read it.
    mutating func read(_ message: [UInt8]) throws -> [(listing: DirectoryListing, isUnreadable: Bool)] {
        var reader = ByteReader(message: message)
        let isPacked = try reader.byte() == 1
        let body = isPacked ? try zstd.unpacked(message.dropFirst(2))[...] : message.dropFirst(2)
        reader = ByteReader(body)
        if root == nil { root = try reader.attributes() }
        var whole: [(listing: DirectoryListing, isUnreadable: Bool)] = []
        while !reader.isAtEnd {
            if let listing = try readPart(&reader) { whole.append((listing, isUnreadable)) }
        }
        return whole
    }

    /// - Returns: the folder, with its last part.
    private mutating func readPart(_ reader: inout ByteReader) throws -> DirectoryListing? {
        let flags = ManifestWriter.PartFlags(rawValue: try reader.byte())
        if flags == .text { return try readText(&reader) }
        guard flags.contains(.first) == (listing == nil) else { throw SyncError.violation("the parts of a folder out of order") }
        var folder = listing ?? DirectoryListing(path: [])
        listing = nil
        if flags.contains(.first) {
            isUnreadable = flags.contains(.unreadable)
            folder.isExcluded = flags.contains(.excluded)
            folder.gitignore = texts[.gitignore]
            folder.sltignore = texts[.sltignore]
            if flags.contains(.repository) {
                folder.inner = RepositoryRules(excludes: texts[.repository] ?? [], foldsCase: flags.contains(.foldsCase), userExcludes: texts[.user])
            }
            texts = [:]
        }
        var seconds: Int64 = 0
        for _ in 0..<(try reader.count(upTo: policy.entries)) {
            try readEntry(&reader, after: seconds, into: &folder)
            seconds = folder.entries.last?.seconds ?? 0
        }
        if flags.contains(.last) { return folder }
        listing = folder
        return nil
    }

    private mutating func readText(_ reader: inout ByteReader) throws -> DirectoryListing? {
        guard listing == nil, let kind = ManifestWriter.Text(rawValue: try reader.byte()) else { throw SyncError.violation("rules out of order") }
        let text = try reader.string(upTo: RuleFile.limit)
        ruleBytes += text.count
        guard ruleBytes <= policy.ruleBytes else {
            throw SyncError(.limit, "cannot take the tree: its ignore rules are longer than \(policy.ruleBytes) bytes")
        }
        texts[kind, default: []] += text
        return nil
    }

    private mutating func readEntry(_ reader: inout ByteReader, after seconds: Int64, into folder: inout DirectoryListing) throws {
        let mark = try reader.byte()
        guard let kind = EntryKind(rawValue: mark & 63), mark < 64 || kind == .file || kind == .link, mark & 192 != 192 else { throw SyncError.violation("an entry of an unknown kind") }
        let name = try reader.string(upTo: 255)
        try check(name, after: folder)
        var entry = ListedEntry(nameStart: folder.bytes.count, nameLength: name.count)
        folder.bytes += name
        entry.kind = kind
        let attributes = try reader.attributes()
        entry.mode = attributes.mode
        entry.seconds = seconds &+ attributes.seconds
        entry.nanoseconds = attributes.nanoseconds
        if kind == .file {
            entry.size = try reader.number()
            let (sum, overflow) = bytes.addingReportingOverflow(entry.size)
            guard !overflow, sum <= policy.bytes, entry.size <= UInt64(Int64.max) else {
                throw SyncError(.limit, "cannot take the tree: its files hold more than \(policy.bytes) bytes; raise the limit or leave some out")
            }
            bytes = sum
        } else if kind == .link {
            let target = try reader.string(upTo: 4095)
            guard !target.isEmpty, !target.contains(0) else { throw SyncError.violation("a link without a target") }
            entry.targetStart = UInt32(truncatingIfNeeded: folder.bytes.count)
            entry.targetLength = UInt16(truncatingIfNeeded: target.count)
            folder.bytes += target
        }
        if mark & 64 != 0 { entry.linkage = .first }
        if mark & 128 != 0 {
            guard entries > 0 else { throw SyncError.violation("a further name of nothing") }
            entry.linkage = .another(try reader.count(upTo: entries - 1))
        }
        folder.entries.append(entry)
        entries += 1
        nameBytes += Int(entry.nameLength) + Int(entry.targetLength)
        guard nameBytes <= policy.listingBytes else { throw policy.listingIsTooLong }
        guard entries <= policy.entries, folder.bytes.count <= Int(UInt32.max) / 2 else {
            throw SyncError(.limit, "cannot take the tree: it has more than \(policy.entries) entries; raise the limit or leave some out")
        }
    }

    private func check(_ name: ArraySlice<UInt8>, after folder: DirectoryListing) throws {
        let dot = UInt8(ascii: ".")
        guard !name.isEmpty, !name.contains(0), !name.contains(UInt8(ascii: "/")), !name.elementsEqual([dot]),
              !name.elementsEqual([dot, dot]), !name.elementsEqual(TemporaryName.repository), !TemporaryName.matches(name) else {
            throw SyncError.violation("the forbidden name '\(TreePath(Array(name)))'")
        }
        guard let last = folder.entries.last else { return }
        guard DirectoryListing.compare(folder.name(last), name) < 0 else { throw SyncError.violation("names out of order") }
    }
}
