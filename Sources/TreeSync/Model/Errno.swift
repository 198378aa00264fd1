import Glibc
import Platform

/// Why a system call failed.
struct Errno: Error, Hashable {
    let code: Int32

    init(_ code: Int32) { self.code = code }

    /// Of the call that has just failed.
    static var last: Errno { Errno(errno) }

    /// The system's words, within a sentence: "no space left on device".
    var text: String {
        let text = ErrorText.of(code)
        guard let first = text.first, first.isUppercase, text.dropFirst().first?.isLowercase == true else { return text }
        return first.lowercased() + text.dropFirst()
    }

    /// Whether going on with other files makes no sense.
    var endsSync: SyncError.Code? {
        switch code {
        case ENOSPC, EDQUOT: .noSpace
        case EROFS, EIO, ESTALE: .destination
        case EMFILE, ENFILE, ENOMEM: .resources
        default: nil
        }
    }
}
