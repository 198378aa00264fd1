import FoundationEssentials
import Glibc
import Platform

/// A folder for one script, made below `TMPDIR` when it is first asked for and removed with all it holds at the end.
final class TestFolder {
    private var made: String?

    func path() throws(SQLLogicTestError) -> String {
        if let made { return made }
        guard let path = PrivateFolder.make("slt-") else {
            throw SQLLogicTestError(.unwritable, "cannot make a folder in \(PrivateFolder.parent): \(ErrorText.of())")
        }
        made = path
        return path
    }

    deinit {
        if let made { try? FileManager.default.removeItem(atPath: made) }
    }
}
