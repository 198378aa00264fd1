import Glibc
import Platform

/// Files that exclude each other: of each group only so many run at a time, on whichever host.
///
/// A group has `max` seats, files that are locked by whoever runs one of its files; the lock goes with its process. A position whose group has no
/// seat is noted in the group's list of waiting positions before the queue moves on; whoever claims next looks there first.
final class FileGroups: Sendable {
    private struct Group: Sendable {
        let globs: [Glob]
        let seats: [Path]
        let waiting: WaitingPositions
    }

    /// The right to run a file, as far as its groups go. Ends with its last reference.
    final class Seats: Sendable {
        fileprivate let locks: [File]
        fileprivate init(_ locks: [File]) { self.locks = locks }
        static let none = Seats([])
    }

    enum Entry {
        case entered(Seats)
        /// The group with this number has no seat.
        case full(Int)
    }

    private let groups: [Group]

    init(_ layout: RunLayout, _ spec: RunSpec) throws(FleetError) {
        var groups: [Group] = []
        for (number, group) in (spec.groups ?? []).enumerated() {
            var globs: [Glob] = []
            for text in group.files { globs.append(try Glob(text)) }
            groups.append(Group(globs: globs, seats: (0..<group.max).map { layout.groups / "\(number).seat-\($0)" },
                                waiting: try WaitingPositions(layout, group: number)))
        }
        self.groups = groups
    }

    /// Makes what the groups of a run need.
    static func create(_ layout: RunLayout, _ spec: RunSpec) throws(FleetError) {
        guard let groups = spec.groups, !groups.isEmpty else { return }
        try layout.groups.makeFolder()
        for number in groups.indices { try WaitingPositions.create(layout, group: number) }
    }

    var isEmpty: Bool { groups.isEmpty }

    /// Positions that wait for a seat, as far as that is known: some may have been taken in another way since.
    var waiting: Int {
        get throws(FleetError) {
            var count = 0
            for group in groups { count += try group.waiting.count }
            return count
        }
    }

    static func waiting(_ layout: RunLayout, _ spec: RunSpec) throws(FleetError) -> Int {
        spec.groups != nil && layout.groups.exists ? try FileGroups(layout, spec).waiting : 0
    }

    /// Takes a seat in each group of a file.
    /// - Parameter seat: one that is held already, in the group with this number.
    func enter(_ name: [UInt8], holding seat: (group: Int, lock: File)? = nil) throws(FleetError) -> Entry {
        var locks: [File] = []
        for (number, group) in groups.enumerated() where group.globs.contains(where: { $0.matches(name) }) {
            if let seat, seat.group == number {
                locks.append(seat.lock)
            } else if let lock = try FileGroups.seat(group) {
                locks.append(lock)
            } else {
                return .full(number)
            }
        }
        return .entered(locks.isEmpty ? .none : Seats(locks))
    }

    private static func seat(_ group: Group) throws(FleetError) -> File? {
        for path in group.seats {
            let lock = try File(path, O_RDWR | O_CREAT)
            if try lock.tryLock() { return lock }
        }
        return nil
    }

    /// Notes a position that waits for a seat of a group.
    func wait(_ position: Int, for group: Int) throws(FleetError) { try groups[group].waiting.add(position) }

    /// Hands a waiting position whose group has a seat to `claim`, until it takes one.
    /// - Parameters:
    ///   - name: of the file at a position.
    ///   - claim: returns `nil` for a position that nobody needs to run any more.
    func claimWaiting<Claim>(name: (Int) throws(FleetError) -> [UInt8], _ claim: (Int) throws(FleetError) -> Claim?) throws(FleetError) -> (claim: Claim, seats: Seats)? {
        for (number, group) in groups.enumerated() where try group.waiting.count > 0 {
            guard let lock = try FileGroups.seat(group) else { continue }
            let found = try group.waiting.take { position throws(FleetError) -> (claim: Claim, seats: Seats)? in
                switch try enter(name(position), holding: (number, lock)) {
                case .entered(let seats):
                    return try claim(position).map { ($0, seats) }
                case .full(let other):
                    try wait(position, for: other)
                    return nil
                }
            }
            if let found { return found }
        }
        return nil
    }
}

/// Positions that wait for a seat of a group: a list that only grows, of u64, and how many of them were taken from it.
private struct WaitingPositions: Sendable {
    private let list: File
    private let taken: Cursor

    init(_ layout: RunLayout, group: Int) throws(FleetError) {
        list = try File(WaitingPositions.path(layout, group), O_RDWR | O_APPEND)
        taken = try Cursor(layout.groups / "\(group).taken")
    }

    private static func path(_ layout: RunLayout, _ group: Int) -> Path { layout.groups / "\(group).waiting" }

    static func create(_ layout: RunLayout, group: Int) throws(FleetError) {
        _ = try File(path(layout, group), O_WRONLY | O_CREAT | O_EXCL)
        try Cursor.create(layout.groups / "\(group).taken")
    }

    private var total: Int { get throws(FleetError) { Int(try list.status().st_size) / 8 } }
    var count: Int { get throws(FleetError) { max(0, try total - taken.position) } }

    func add(_ position: Int) throws(FleetError) {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt64(position))
        try list.write(bytes)
    }

    /// Hands positions to `body` until it takes one.
    func take<Value>(_ body: (Int) throws(FleetError) -> Value?) throws(FleetError) -> Value? {
        try taken.advance(below: total) { index throws(FleetError) in
            let bytes = try list.read(8, at: index * 8)
            guard bytes.count == 8 else { return nil }
            return try body(Int(clamping: bytes.word(0)))
        }
    }
}
