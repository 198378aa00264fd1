import FoundationEssentials
import Glibc
import Platform

/// A folder for one script, made below `TMPDIR` when it is first asked for and removed with all it holds at the end.
final class TestFolder {
    private let parent: String
    private var made: String?

    init() { parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }

    func path() throws(SQLLogicTestError) -> String {
        if let made { return made }
        var template = Array("\(parent)/slt-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw SQLLogicTestError(.unwritable, "cannot make a folder in \(parent): \(ErrorText.of())")
        }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        made = path
        return path
    }

    deinit {
        if let made { try? FileManager.default.removeItem(atPath: made) }
    }
}
