import Glibc

/// The retries of a run, counted over all its workers: a byte in one file for each that is asked for. The kernel puts the bytes of
/// several writers behind each other, and tells each where its own went, so that no more are granted than there are. A worker that is killed
/// between its byte and its retry has wasted it; a supervisor that takes over goes on with what is left.
final class RetryBudget {
    private let path: Path
    /// `nil` is no limit.
    private let limit: Int?
    private var file: File?

    private static let byFile = UInt8(ascii: "f"), byRecord = UInt8(ascii: "r")
    /// What one file can take for retries of its records; a script may ask for any number.
    private static let recordsAtOnce = 1000

    init(_ layout: RunLayout, limit: Int?) {
        path = layout.retries
        self.limit = limit
    }

    /// Asks for one.
    /// - Returns: whether the file may be run again. Never where that cannot be noted.
    func take() -> Bool {
        guard let limit else { return note(1, Self.byFile) != nil }
        guard let place = note(1, Self.byFile) else { return false }
        return place <= limit
    }

    /// Counts retries within a file: they are its script's own, and are not refused.
    func use(_ retries: Int) {
        if retries > 0 { _ = note(min(retries, Self.recordsAtOnce), Self.byRecord) }
    }

    /// - Returns: how many there are with these.
    private func note(_ count: Int, _ byte: UInt8) -> Int? {
        if file == nil { file = File(ifPossible: path, O_WRONLY | O_CREAT | O_APPEND) }
        guard let file, (try? file.write(Array(repeating: byte, count: count))) != nil else { return nil }
        // After such a write the offset is where the kernel put its end, whoever else wrote meanwhile.
        let end = lseek(file.descriptor, 0, SEEK_CUR)
        return end > 0 ? Int(end) : nil
    }

    /// What became of the retries of a run.
    struct Account: Equatable {
        /// Retries that were made.
        var made = 0
        /// Files that were not run again because the retries were used up.
        var refused = 0
    }

    /// - Returns: `nil` for a run without retries.
    static func account(_ layout: RunLayout, limit: Int?) -> Account? {
        guard let bytes = try? layout.retries.contents(limit: 1 << 30), !bytes.isEmpty else { return nil }
        var account = Account()
        for (index, byte) in bytes.enumerated() {
            if byte == byFile, let limit, index >= limit { account.refused += 1 } else { account.made += 1 }
        }
        return account
    }
}
