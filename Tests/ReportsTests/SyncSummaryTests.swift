import Reports
import Testing

@Suite("the summary of a sync") struct SyncSummaryTests {
    @Test("a sync is one line")
    func sync() {
        func summary(_ source: SyncSummary.Counts, _ created: SyncSummary.Counts, _ updated: SyncSummary.Counts, _ deleted: SyncSummary.Counts, bytes: Int = 0, isDryRun: Bool = false) -> String {
            SyncSummary(source: source, created: created, updated: updated, deleted: deleted, bytes: bytes, sent: 1 << 20, seconds: 1.25, isDryRun: isDryRun).text
        }
        let none = SyncSummary.Counts(files: 0)
        #expect(summary(.init(files: 1234, folders: 7), .init(files: 2, folders: 1), .init(files: 1), none, bytes: 3 << 20)
            == "synced 1,234 files and 7 folders: 2 files and 1 folder created, 1 file updated, 3.0 MB (1.0 MB sent) in 1.3s")
        #expect(summary(.init(files: 9), none, none, none) == "up to date: 9 files, checked in 1.3s")
        #expect(summary(.init(files: 9), none, none, .init(files: 4), isDryRun: true) == "would sync 9 files: 4 files deleted, nothing to send; nothing was changed")
        #expect(summary(.init(files: 9), .init(files: 1), none, .init(files: 0, folders: 2), bytes: 3 << 20, isDryRun: true)
            == "would sync 9 files: 1 file created, 2 folders deleted, at most 3.0 MB to send; nothing was changed")
    }
}
