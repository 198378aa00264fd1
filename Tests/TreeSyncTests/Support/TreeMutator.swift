import Glibc
import TestSupport
@testable import TreeSync

/// Changes a tree in every way that a sync has to follow, the same way for the same seed.
struct TreeMutator {
    enum Kind: CaseIterable, Hashable {
        case file, emptyFile, folder, deepFolder, link, linkToFolder, hardLink, brokenHardLink, movedHardLink
        case mode, specialMode, readOnlyFolder, time, sparse, anyName, longName, type, removal, rename, renamedFolder
        case copy, copiedFolder, insertion, sameSize, append, shrink, swap
    }

    private let root: [UInt8]
    private(set) var random: SeededRandom
    private let kinds: [Kind]
    /// Sizes of large files.
    private static let large = [700_000, 1_500_000, 2_600_000]
    /// Of a size from which deltas are found in another way; seldom, as it takes its time.
    private static let huge = DeltaSearch.smallest + 700_000
    private static let sizes = [1, 100, 4096, 5000, 131_072, 131_073, 600_000]
    /// Only root can read files of mode 0.
    private static let modes: [mode_t] = [0o600, 0o644, 0o755, 0o400, 0o444] + (getuid() == 0 ? [0] : [])
    private var entries: [[UInt8]] = []
    /// No two times are the same, or the quick check could not see a change.
    private var clock: Int
    /// How often each kind was carried out.
    private(set) var done: [Kind: Int] = [:]

    /// - Parameter clock: seconds since 1970 of the first time that is set; another for another tree.
    init(_ root: String, _ random: SeededRandom, clock: Int, without: Set<Kind> = []) {
        self.root = Array(root.utf8)
        self.random = random
        self.clock = clock
        kinds = Kind.allCases.filter { !without.contains($0) }
    }

    mutating func mutate(_ count: Int) {
        for index in 0..<count {
            if index % 8 == 0 { entries = Self.entries(below: root) }
            let kind = kinds.randomElement(using: &random)!
            if apply(kind) { done[kind, default: 0] += 1 }
        }
    }

    // MARK: Choosing

    private static func entries(below folder: [UInt8], _ prefix: [UInt8] = []) -> [[UInt8]] {
        var found: [[UInt8]] = []
        guard let stream = path(folder, opendir) else { return [] }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard name != [0x2e], name != [0x2e, 0x2e] else { continue }
            found.append(prefix + name)
            if entry.pointee.d_type == UInt8(DT_DIR) { found += entries(below: folder + [0x2f] + name, prefix + name + [0x2f]) }
        }
        return prefix.isEmpty ? found.sorted { $0.lexicographicallyPrecedes($1) } : found
    }

    private static func path<Result>(_ bytes: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result { CName.with(bytes, body) }

    private func at<Result>(_ place: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result { CName.with(root + [0x2f] + place, body) }

    private mutating func name() -> [UInt8] {
        Array(["a", "b", "c", "d e", "-x", ".hidden", "A", "a.o", "é", "b-", "b0", "n\(Int.random(in: 0..<40, using: &random))"].randomElement(using: &random)!.utf8)
    }

    private func status(_ place: [UInt8]) -> stat? {
        var status = stat()
        return at(place) { lstat($0, &status) } == 0 ? status : nil
    }

    private mutating func existing(_ type: mode_t, where condition: (stat) -> Bool = { _ in true }) -> [UInt8]? {
        for _ in 0..<30 {
            guard let place = entries.randomElement(using: &random) else { return nil }
            if let status = status(place), status.st_mode & S_IFMT == type, condition(status) { return place }
        }
        return nil
    }

    /// Where nothing is yet, in a folder that is there.
    private mutating func free(_ name: [UInt8]? = nil) -> [UInt8]? {
        for _ in 0..<10 {
            let folder = Int.random(in: 0..<3, using: &random) == 0 ? [] : existing(S_IFDIR) ?? []
            let own = name ?? self.name()
            let place = folder.isEmpty ? own : folder + [0x2f] + own
            if place.count < 3000, status(place) == nil { return place }
        }
        return nil
    }

    // MARK: Doing

    private mutating func apply(_ kind: Kind) -> Bool {
        switch kind {
        case .file: return make(free(), bytes: size())
        case .emptyFile: return make(free(), bytes: 0)
        case .folder: return free().map { place in at(place) { mkdir($0, 0o755) } == 0 } ?? false
        case .deepFolder: return deepFolder()
        case .link: return link(to: [Array("a".utf8), Array("/nowhere/at/all".utf8), Array("../b".utf8), [0xff, 0x20], Array(repeating: 0x78, count: 2000)].randomElement(using: &random)!)
        case .linkToFolder: return existing(S_IFDIR).map { link(to: root + [0x2f] + $0) } ?? false
        case .hardLink: return hardLink()
        case .brokenHardLink: return existing(S_IFREG) { $0.st_nlink > 1 }.map { remove($0) && make($0, bytes: 300) } ?? false
        case .movedHardLink: return move(existing(S_IFREG) { $0.st_nlink > 1 }, free())
        case .mode: return existing(S_IFREG).map { chmod($0, Self.modes.randomElement(using: &random)!) } ?? false
        case .specialMode: return (Bool.random(using: &random) ? existing(S_IFREG) : existing(S_IFDIR)).map { chmod($0, [0o4755, 0o2750, 0o1777, 0o6711].randomElement(using: &random)!) } ?? false
        case .readOnlyFolder: return existing(S_IFDIR).map { chmod($0, [0o555, 0o500].randomElement(using: &random)!) } ?? false
        case .time: return entries.randomElement(using: &random).map { setTime($0, Int.random(in: -1000..<4_000_000_000, using: &random)) } ?? false
        case .sparse: return sparse()
        case .anyName: return make(free((0..<Int.random(in: 1...9, using: &random)).map { _ in anyByte() }), bytes: 10)
        case .longName: return make(free(Array(repeating: UInt8.random(in: 0x61...0x7a, using: &random), count: 255)), bytes: 10)
        case .type: return changeType()
        case .removal: return entries.randomElement(using: &random).map { remove($0) } ?? false
        case .rename: return move(existing(S_IFREG), free())
        case .renamedFolder: return move(existing(S_IFDIR), free())
        case .copy: return copy(existing(S_IFREG), free())
        case .copiedFolder: return copiedFolder()
        case .insertion: return edit { bytes, random in bytes.insert(contentsOf: (0..<100).map { _ in UInt8.random(in: .min ... .max, using: &random) }, at: [0, bytes.count / 2, bytes.count].randomElement(using: &random)!) }
        case .sameSize: return edit { bytes, random in bytes[Int.random(in: 0..<bytes.count, using: &random)] &+= 1 }
        case .append: return edit { bytes, _ in bytes += Array("more".utf8) }
        case .shrink: return edit { bytes, random in bytes.removeLast(Int.random(in: 1...bytes.count, using: &random)) }
        case .swap: return swap()
        }
    }

    private mutating func size() -> Int {
        if Int.random(in: 0..<60, using: &random) == 0 { return Self.huge }
        return Int.random(in: 0..<8, using: &random) == 0 ? Self.large.randomElement(using: &random)! : Self.sizes.randomElement(using: &random)!
    }

    private mutating func anyByte() -> UInt8 {
        let byte = UInt8.random(in: 1 ... 255, using: &random)
        return byte == 0x2f ? 0x0a : byte
    }

    private mutating func setTime(_ place: [UInt8], _ seconds: Int? = nil) -> Bool {
        clock += 1
        let times = Attributes(mode: 0, seconds: Int64(seconds ?? clock), nanoseconds: UInt32(clock % 1_000_000) * 999 + 1).times
        return at(place) { utimensat(AT_FDCWD, $0, times, AT_SYMLINK_NOFOLLOW) } == 0
    }

    private func chmod(_ place: [UInt8], _ mode: mode_t) -> Bool { at(place) { Glibc.chmod($0, mode) } == 0 }

    private mutating func noise(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            for start in stride(from: 0, to: count, by: 8) {
                var word = random.next()
                withUnsafeBytes(of: &word) { for index in start..<min(count, start + 8) { buffer[index] = $0[index - start] } }
            }
            filled = count
        }
    }

    private mutating func make(_ place: [UInt8]?, bytes count: Int) -> Bool {
        guard let place else { return false }
        return write(noise(count), to: place) && setTime(place)
    }

    private func write(_ bytes: [UInt8], to place: [UInt8]) -> Bool {
        let descriptor = at(place) { open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644) }
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return (try? bytes.withUnsafeBytes { try FileBytes.write(descriptor, $0) }) != nil
    }

    private func read(_ place: [UInt8]) -> [UInt8]? {
        guard let status = status(place) else { return nil }
        let descriptor = at(place) { open($0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) }
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return try? FileBytes.readAll(descriptor, limit: Int(status.st_size))
    }

    private mutating func edit(_ change: (inout [UInt8], inout SeededRandom) -> Void) -> Bool {
        guard let place = existing(S_IFREG, where: { $0.st_size > 0 && $0.st_size < 20_000_000 }), var bytes = read(place), !bytes.isEmpty else { return false }
        change(&bytes, &random)
        return write(bytes, to: place) && setTime(place)
    }

    private mutating func deepFolder() -> Bool {
        guard var place = free() else { return false }
        for _ in 0..<Int.random(in: 5...40, using: &random) {
            guard place.count < 2500, at(place, { mkdir($0, 0o755) }) == 0 else { break }
            place += [0x2f] + name()
        }
        return make(place, bytes: 10)
    }

    private mutating func link(to target: [UInt8]) -> Bool {
        guard let place = free() else { return false }
        return CName.with(target) { target in at(place) { symlink(target, $0) } } == 0 && setTime(place)
    }

    private mutating func hardLink() -> Bool {
        guard let file = existing(S_IFREG), let place = free() else { return false }
        return at(file) { file in at(place) { Glibc.link(file, $0) } } == 0
    }

    private func move(_ from: [UInt8]?, _ to: [UInt8]?) -> Bool {
        guard let from, let to else { return false }
        return at(from) { from in at(to) { Glibc.rename(from, $0) } } == 0
    }

    private mutating func copy(_ from: [UInt8]?, _ to: [UInt8]?) -> Bool {
        guard let from, let to, let bytes = read(from), let old = status(from) else { return false }
        // Some copies keep the time, as cp -p does.
        return write(bytes, to: to) && setTime(to, Bool.random(using: &random) ? old.st_mtim.tv_sec : nil)
    }

    private mutating func copiedFolder() -> Bool {
        guard let from = existing(S_IFDIR), let to = free(), !to.starts(with: from + [0x2f]), at(to, { mkdir($0, 0o755) }) == 0 else { return false }
        for place in entries.filter({ $0.starts(with: from + [0x2f]) }).prefix(10) { _ = copy(place, to + place.dropFirst(from.count).map { $0 == 0x2f ? 0x5f : $0 }) }
        return true
    }

    private mutating func sparse() -> Bool {
        guard let place = free(), write([], to: place) else { return false }
        let size = Int.random(in: 1...6_000_000, using: &random)
        guard at(place, { truncate($0, off_t(size)) }) == 0 else { return false }
        let descriptor = at(place) { open($0, O_WRONLY | O_CLOEXEC | O_NOFOLLOW) }
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let start = Int.random(in: 0..<size, using: &random)
            _ = noise(min(size - start, 5000)).withUnsafeBytes { try? FileBytes.write(descriptor, $0, at: UInt64(start)) }
        }
        return setTime(place)
    }

    private mutating func changeType() -> Bool {
        guard let place = entries.randomElement(using: &random), let old = status(place), remove(place) else { return false }
        let kinds = [S_IFREG, S_IFDIR, S_IFLNK].filter { $0 != old.st_mode & S_IFMT }
        switch kinds.randomElement(using: &random)! {
        case S_IFREG: return make(place, bytes: size())
        case S_IFDIR: return at(place) { mkdir($0, 0o755) } == 0 && make(place + [0x2f] + name(), bytes: 20)
        default: return CName.with(Array("target".utf8)) { target in at(place) { symlink(target, $0) } } == 0 && setTime(place)
        }
    }

    private mutating func swap() -> Bool {
        guard let one = existing(S_IFREG), let other = entries.randomElement(using: &random), let spare = free(),
              !other.starts(with: one), !one.starts(with: other), !spare.starts(with: other) else { return false }
        return move(one, spare) && move(other, one) && move(spare, other)
    }

    private func remove(_ place: [UInt8]) -> Bool {
        guard let status = status(place) else { return false }
        guard status.st_mode & S_IFMT == S_IFDIR else { return at(place) { unlink($0) } == 0 }
        for entry in Self.entries(below: root + [0x2f] + place).reversed() { _ = at(place + [0x2f] + entry) { Glibc.remove($0) } }
        return at(place) { rmdir($0) } == 0
    }
}
