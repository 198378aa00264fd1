/// The paths of a git index (gitformat-index(5)), in the order of their bytes.
struct GitIndex: Sendable {
    private var names: [UInt8] = []
    /// Where each path begins in ``names``, and where the last one ends.
    private var starts: [Int] = [0]
    private var foldsCase = false

    var count: Int { starts.count - 1 }

    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - digestLength: of the repository's object names: 20, or 32 with SHA-256.
    /// - Returns: `nil` where the format is unknown, damaged, or the paths are not all there: in a split index a part of them
    ///   is in another file, in a sparse one a folder stands for what it holds.
    init?(_ bytes: [UInt8], digestLength: Int) {
        let isWhole = bytes.withUnsafeBytes { bytes -> Bool in
            guard bytes.count >= 12 + digestLength, bytes.starts(with: "DIRC".utf8) else { return false }
            let version = Self.number(bytes, at: 4)
            guard (2...4).contains(version) else { return false }
            let end = bytes.count - digestLength
            guard let position = readEntries(bytes, Self.number(bytes, at: 8), version, digestLength, end) else { return false }
            return isOrdered && Self.isUnderstood(bytes, extensionsAt: position, end)
        }
        guard isWhole else { return nil }
    }

    /// - Parameter list: paths in the order of their bytes, each with a zero at its end.
    init(list: [UInt8]) {
        names.reserveCapacity(list.count)
        for name in list.split(separator: 0) { append(name) }
    }

    private mutating func append(_ name: some Collection<UInt8>) {
        names += name
        starts.append(names.count)
    }

    private static func number(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int {
        Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }

    /// - Returns: where the extensions begin.
    private mutating func readEntries(_ bytes: UnsafeRawBufferPointer, _ count: Int, _ version: Int, _ digestLength: Int, _ end: Int) -> Int? {
        var position = 12
        var previous: [UInt8] = []
        for _ in 0..<count {
            let start = position
            // Ten numbers of 4 bytes, the digest, the flags.
            position += 40 + digestLength
            guard position + 2 <= end else { return nil }
            let isExtended = bytes[position] & 0x40 != 0
            position += isExtended ? 4 : 2
            if version == 4 {
                guard let dropped = Self.offset(bytes, &position, end), dropped <= previous.count else { return nil }
                previous.removeLast(dropped)
            }
            guard position < end, let length = bytes[position..<end].firstIndex(of: 0).map({ $0 - position }) else { return nil }
            let name = UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
            if version == 4 {
                previous += name
                append(previous)
                position += length + 1
            } else {
                append(name)
                // One to eight zeros bring the entry to a multiple of eight bytes.
                position = start + (position + length - start) / 8 * 8 + 8
            }
        }
        return position <= end ? position : nil
    }

    /// The number by which version 4 shortens the path before.
    private static func offset(_ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ end: Int) -> Int? {
        var value = 0
        var isFirst = true
        while position < end, value < 1 << 32 {
            let byte = bytes[position]
            position += 1
            value = (isFirst ? 0 : (value + 1) << 7) + Int(byte & 0x7f)
            isFirst = false
            if byte < 0x80 { return value }
        }
        return nil
    }

    /// Whether no extension changes what the entries mean. Git calls those in small letters, as `link` of a split index and
    /// `sdir` of a sparse one; others can be passed over.
    private static func isUnderstood(_ bytes: UnsafeRawBufferPointer, extensionsAt start: Int, _ end: Int) -> Bool {
        var position = start
        while position + 8 <= end {
            guard (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(bytes[position]) else { return false }
            position += 8 + number(bytes, at: position + 4)
        }
        return position == end
    }

    /// What is searched has to be in order; several entries of one path, of a merge that is not over, are.
    private var isOrdered: Bool {
        names.withUnsafeBytes { names in
            func name(_ index: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: names[starts[index]..<starts[index + 1]]) }
            return (1..<max(1, count)).allSatisfy { DirectoryListing.compare(name($0 - 1), name($0)) <= 0 }
        }
    }

    /// The same paths in small letters, for a repository that does not tell capitals from them.
    var folded: GitIndex {
        let folded = (0..<count).map { names[starts[$0]..<starts[$0 + 1]].map(LetterCase.small) }.sorted { $0.lexicographicallyPrecedes($1) }
        var index = GitIndex(list: [])
        for name in folded { index.append(name) }
        index.foldsCase = true
        return index
    }

    /// Whether the path is there, or, of a folder, anything below it.
    func contains(_ path: some Collection<UInt8>, isDirectory: Bool) -> Bool {
        let path = foldsCase ? path.map(LetterCase.small) : Array(path)
        // A submodule is an entry without what it holds.
        if name(at: place(of: path))?.elementsEqual(path) == true { return true }
        guard isDirectory else { return false }
        let folder = path + [UInt8(ascii: "/")]
        return name(at: place(of: folder))?.starts(with: folder) == true
    }

    private func name(at index: Int) -> ArraySlice<UInt8>? { index < count ? names[starts[index]..<starts[index + 1]] : nil }

    /// The first path that is not less than this.
    private func place(of path: [UInt8]) -> Int {
        var low = 0
        var high = count
        path.withUnsafeBytes { path in
            names.withUnsafeBytes { names in
                while low < high {
                    let middle = (low + high) / 2
                    let order = DirectoryListing.compare(UnsafeRawBufferPointer(rebasing: names[starts[middle]..<starts[middle + 1]]), path)
                    if order < 0 { low = middle + 1 } else { high = middle }
                }
            }
        }
        return low
    }
}
