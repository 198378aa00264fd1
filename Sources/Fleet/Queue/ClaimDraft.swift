import Glibc
import Platform
import Synchronization

/// A claim's file before it is one.
struct ClaimDraft {
    let file: File
    private let path: Path

    init(_ layout: RunLayout, line: [UInt8]) throws(FleetError) {
        path = layout.temporary / "claim-\(getpid())-\(ClaimDraft.numbers.add(1, ordering: .relaxed).newValue)"
        file = try File(path, O_RDWR | O_CREAT | O_EXCL)
        KillWindow.claimOpened.reach()
        do {
            try file.write(line, at: 0)
        } catch {
            path.unlink()
            throw error
        }
        KillWindow.claimWritten.reach()
    }

    private static let numbers = Atomic<Int>(0)

    /// Removes the draft's own name; a claim made of it stays.
    func discard() { path.unlink() }

    /// - Returns: whether the file has that name now; `false` when another one has it.
    func link(to target: Path) throws(FleetError) -> Bool {
        if path.withCString({ from in target.withCString { Glibc.link(from, $0) } }) == 0 { return true }
        let number = errno
        guard let own = try? file.status(), let other = target.status(followingLinks: false) else { throw .system("claim \(target.text)", number) }
        // On a shared disk a repeated request may find its own success.
        return own.isSameFile(as: other)
    }
}
