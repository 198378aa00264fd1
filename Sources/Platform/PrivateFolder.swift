import Glibc

/// Folders for what is needed for a while. They are this user's alone; whoever makes one removes it.
package enum PrivateFolder {
    /// Where they are made: `TMPDIR`, if that is an absolute path, else `/tmp`.
    package static var parent: String {
        guard let folder = getenv("TMPDIR").map({ String(cString: $0) }), folder.hasPrefix("/") else { return "/tmp" }
        return folder
    }

    /// Makes one.
    /// - Parameter prefix: what its name begins with; six characters follow.
    /// - Returns: its path; `nil` with `errno` set.
    package static func make(_ prefix: String) -> String? {
        var template = Array("\(parent)/\(prefix)XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return nil }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
