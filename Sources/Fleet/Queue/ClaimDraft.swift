import Glibc
import Platform
import Synchronization

/// A claim's file before it is one.
struct ClaimDraft {
    let file: File
    private let path: Path

    init(_ layout: RunLayout, line: [UInt8]) throws(FleetError) {
        var made: (Path, File)?
        while made == nil {
            // Another host may have a process of this number.
            let path = layout.temporary / "claim-\(getpid())-\(ClaimDraft.own)-\(ClaimDraft.numbers.add(1, ordering: .relaxed).newValue)"
            if let file = File(ifPossible: path, O_RDWR | O_CREAT | O_EXCL) {
                made = (path, file)
            } else if errno != EEXIST {
                // A repeated request finds the file that the first one has made; another name will do.
                throw .system("make \(path.text)")
            }
        }
        (path, file) = made.unsafelyUnwrapped
        KillWindow.claimOpened.reach()
        do {
            try file.write(line, at: 0)
        } catch {
            path.unlink()
            throw error
        }
        KillWindow.claimWritten.reach()
    }

    private static let own = String(UInt32.random(in: .min ... .max), radix: 16)
    private static let numbers = Atomic<Int>(0)

    /// Removes the draft's own name; a claim made of it stays.
    func discard() { path.unlink() }

    /// - Returns: whether the file has that name now; `false` when another one has it.
    func link(to target: Path) throws(FleetError) -> Bool {
        if path.withCString({ from in target.withCString { Glibc.link(from, $0) } }) == 0 { return true }
        let number = errno
        // On a shared disk a repeated request may find its own success.
        guard let isOwn = file.isLinked(to: target, after: number) else { throw .system("claim \(target.text)", number) }
        return isOwn
    }
}
