import Glibc

/// The program that runs.
package enum OwnProgram {
    /// Absolute path, links resolved, also when the program was started through PATH.
    package static var path: String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { return CommandLine.arguments[0] }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The folder that the program lies in.
    package static var folder: String {
        let path = path
        return String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }
}
