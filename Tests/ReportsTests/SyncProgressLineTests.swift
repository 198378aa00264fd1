import Reports
import Testing
import TreeSync

@Suite("The line of a sync")
struct SyncProgressLineTests {
    private func progress(_ moved: UInt64, of total: UInt64) -> SyncProgress {
        var progress = SyncProgress()
        progress.entriesListed = 9086
        (progress.filesToMove, progress.filesMoved) = (100, Int(moved * 100 / max(1, total)))
        (progress.bytesToMove, progress.bytesMoved) = (total, moved)
        return progress
    }

    @Test("says what is listed, and what has moved when something is to")
    func plain() {
        var line = SyncProgressLine()
        #expect(line.text(progress(0, of: 0), now: 0).hasPrefix("syncing: 9,086 listed, 0/100 files"))
        var listing = SyncProgress()
        listing.entriesListed = 12
        #expect(line.text(listing, now: 1) == "syncing: 12 listed")
    }

    @Test("says how fast it goes and how long it will take, by the last seconds")
    func rate() {
        var line = SyncProgressLine()
        _ = line.text(progress(0, of: 100 << 20), now: 10)
        #expect(line.text(progress(20 << 20, of: 100 << 20), now: 12) == "syncing: 9,086 listed, 20/100 files, 20 MB/100 MB, 10 MB/s, 8.0s left")
        for second in 13...20 { _ = line.text(progress(UInt64(20 + second - 12) << 20, of: 100 << 20), now: Double(second)) }
        #expect(line.text(progress(29 << 20, of: 100 << 20), now: 21).hasSuffix("1.0 MB/s, 1m11s left"))
    }

    @Test("stands still without an end in sight")
    func stuck() {
        var line = SyncProgressLine()
        _ = line.text(progress(5 << 20, of: 100 << 20), now: 0)
        #expect(line.text(progress(5 << 20, of: 100 << 20), now: 3).hasSuffix("0 B/s"))
    }
}
