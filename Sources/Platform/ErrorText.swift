import Glibc

/// The system's words for an error number.
package enum ErrorText {
    /// Such as `No such file or directory`; `error 4711` for a number that the system does not know.
    /// - Parameter number: as `errno` has it, or as a function of pthreads returns it.
    package static func of(_ number: Int32 = errno) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
