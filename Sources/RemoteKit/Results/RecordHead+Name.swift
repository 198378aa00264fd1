import AgentProtocol
import Fleet
import FoundationEssentials

extension RecordHead {
    /// The name of the file as a checked record has it; `nil` where it cannot be read.
    var fileName: String? {
        let isPlain = file.count <= 300 && file.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }
        if isPlain { return String(decoding: file, as: UTF8.self) }
        let line = Data(#"{"id":0,"file":""#.utf8) + file
            + Data(#"","outcome":"pass","tests":0,"skipped":0,"errors":0,"duration":0,"attempt":1,"finishedAt":0,"failures":[]}"#.utf8)
        return try? JSONDecoder().decode(Untrusted<FileRecord>.self, from: line).checked().file
    }
}
