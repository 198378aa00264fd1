import Glibc

/// The right to run one file, for as long as its owner lives and keeps its heartbeat: a file that only its creator
/// writes, and that becomes the result.
final class Claim: Sendable {
    let id: Int
    /// The number in the claim's name; grows with each taking, also of claims that were given back.
    let attempt: Int
    /// Which try of the file this is, from 1; tries that were given back do not count.
    let tryNumber: Int
    let path: Path
    /// Where the record goes, after the owner's line.
    private let recordOffset: Int
    private let file: File

    fileprivate init(id: Int, attempt: Int, tryNumber: Int, path: Path, recordOffset: Int, file: File) {
        self.id = id
        self.attempt = attempt
        self.tryNumber = tryNumber
        self.path = path
        self.recordOffset = recordOffset
        self.file = file
    }

    /// Says that the owner lives: sets the file's mtime to its file system's now.
    func beat() { _ = futimens(file.descriptor, nil) }

    /// Gives the file back to the queue; this try does not count.
    func release() { try? file.write(ClaimOwner.free, at: 0) }

    func write(record: [UInt8]) throws(FleetError) { try file.write(record, at: recordOffset) }

    /// Whether the file behind the claim is the one at `path`.
    func isSameFile(as path: Path) -> Bool {
        guard let own = try? file.status(), let other = path.status(followingLinks: false) else { return false }
        return own.st_ino == other.st_ino && own.st_dev == other.st_dev
    }
}

/// The folder of claims. It holds what is being run, not what was: a claim goes when its result is published, so
/// listing it costs as much as there are workers, whatever the size of the suite.
struct ClaimTable: Sendable {
    let layout: RunLayout
    let owner: ClaimOwner

    /// Creates the claim if nobody has that attempt of that file.
    func create(id: Int, attempt: Int, tryNumber: Int) throws(FleetError) -> Claim? {
        let path = layout.claim(id, attempt)
        guard let file = File(ifPossible: path, O_RDWR | O_CREAT | O_EXCL) else {
            if errno == EEXIST { return nil }
            throw .system("claim file \(id)")
        }
        let line = owner.line
        do {
            try file.write(line, at: 0)
        } catch {
            // Unowned, the claim would only be taken over after its lease.
            path.unlink()
            throw error
        }
        return Claim(id: id, attempt: attempt, tryNumber: tryNumber, path: path, recordOffset: line.count, file: file)
    }

    /// Removes the claims of a file that has its result.
    func remove(id: Int, upTo attempt: Int) {
        guard attempt > 0 else { return }
        for number in (1...attempt).reversed() { layout.claim(id, number).unlink() }
    }

    /// The claims there are, by file.
    func list() throws(FleetError) -> [ClaimState] {
        var attempts: [Int: [Int]] = [:]
        for name in try layout.claims.names() {
            let parts = name.split(separator: UInt8(ascii: "."))
            guard parts.count == 2, let id = decimal(parts[0]).flatMap({ Int(exactly: $0) }),
                  let attempt = decimal(parts[1]).flatMap({ Int(exactly: $0) }), attempt > 0 else { continue }
            attempts[id, default: []].append(attempt)
        }
        return attempts.map { id, numbers in state(id, numbers.sorted()) }.sorted { $0.id < $1.id }
    }

    private func state(_ id: Int, _ attempts: [Int]) -> ClaimState {
        var state = ClaimState(id: id, attempt: attempts.last ?? 0, owner: nil, heldBefore: 0, heartbeat: nil)
        for attempt in attempts {
            let path = layout.claim(id, attempt)
            let owner = (try? path.contents(limit: 1 << 28)).flatMap { ClaimOwner(line: $0) }
            if owner?.isFree != true { state.heldBefore += 1 }
            if attempt == state.attempt {
                state.owner = owner
                state.heartbeat = path.status(followingLinks: false).map { Heartbeat($0.st_mtim) }
            }
        }
        return state
    }

    /// Takes over a claim whose owner does not hold it any more.
    /// - Returns: `nil` when another worker was faster or the file has its result already.
    func takeOver(_ state: ClaimState) throws(FleetError) -> Claim? {
        guard let claim = try create(id: state.id, attempt: state.attempt + 1, tryNumber: state.heldBefore + 1) else { return nil }
        // The list may be older than the result that removed its claims.
        if layout.result(state.id).exists {
            remove(id: state.id, upTo: claim.attempt)
            return nil
        }
        return claim
    }

    /// The present in the clock that the heartbeats use, which on a shared disk is the file server's.
    func fileSystemNow() throws(FleetError) -> Heartbeat {
        let path = layout.temporary / "clock-\(owner.process.host)-\(owner.process.pid)"
        defer { path.unlink() }
        let file = try File(path, O_RDWR | O_CREAT | O_TRUNC)
        return Heartbeat(try file.status().st_mtim)
    }
}

/// The last attempt at a file that has no result yet.
struct ClaimState: Sendable, Equatable {
    var id: Int
    var attempt: Int
    /// `nil` when its owner died before it had written who it is.
    var owner: ClaimOwner?
    /// Attempts, this one included, that were not given back: the tries that count.
    var heldBefore: Int
    var heartbeat: Heartbeat?

    /// Whether no try is left for who takes it over.
    func isExhausted(attempts: Int) -> Bool { heldBefore >= attempts }
}

/// An mtime, in nanoseconds of the file system's clock.
struct Heartbeat: Sendable, Equatable {
    var nanoseconds: Int

    init(_ time: timespec) {
        nanoseconds = time.tv_sec.multipliedReportingOverflow(by: 1_000_000_000).partialValue &+ time.tv_nsec
    }

    /// Seconds from this beat to `now`; negative when the clock went back.
    func age(at now: Heartbeat) -> Double { Double(now.nanoseconds &- nanoseconds) / 1e9 }
}
