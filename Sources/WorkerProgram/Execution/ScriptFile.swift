import Glibc
import Platform
import SQLLogicTest

/// A test file under a name that a `String` can hold.
struct ScriptFile: ~Copyable {
    /// The file's own path, or the kernel's name for the open file where the path is not UTF-8.
    let path: String
    private let descriptor: Int32

    /// - Throws: `SQLLogicTestError` `unreadable`.
    init(_ bytes: [UInt8]) throws(SQLLogicTestError) {
        if let path = String(validating: bytes, as: UTF8.self) {
            self.path = path
            descriptor = -1
            return
        }
        let opened = (bytes + [0]).withUnsafeBytes { name in
            name.bindMemory(to: CChar.self).baseAddress.map { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) } ?? -1
        }
        guard opened >= 0 else {
            let reason = ErrorText.of()
            throw SQLLogicTestError(.unreadable, "cannot read \(String(decoding: bytes, as: UTF8.self)): \(reason)")
        }
        descriptor = opened
        path = "/proc/self/fd/\(opened)"
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}
