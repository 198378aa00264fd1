import FoundationEssentials
#if canImport(Glibc)
import Glibc
#endif

/// A fresh folder that is gone, with all it holds, when the last reference to it is.
public final class TemporaryFolder: Sendable {
    /// Absolute path, links resolved.
    public let path: String

    /// - Parameter parent: where to make it; `/tmp` unless told.
    public init(in parent: String = "/tmp") throws {
        var template = Array((parent + "/slt-test-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw POSIXFailure(call: "mkdtemp in \(parent)", errno: errno) }
        let made = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = try FileManager.default.destinationOfSymbolicLinkIfAny(made)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// `path` and `name`, joined.
    public func file(_ name: String) -> String { path + "/" + name }

    /// Writes `text` to `name`, making the folders it needs.
    @discardableResult
    public func write(_ text: String, to name: String) throws -> String {
        let target = file(name)
        let folder = String(target[..<(target.lastIndex(of: "/") ?? target.endIndex)])
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: target))
        return target
    }
}

/// All files and folders below `folder`, as paths.
public func below(_ folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.flatMap { [folder + "/" + $0] + below(folder + "/" + $0) }
}

extension FileManager {
    fileprivate func destinationOfSymbolicLinkIfAny(_ path: String) throws -> String {
        guard let real = realpath(path, nil) else { throw POSIXFailure(call: "realpath \(path)", errno: errno) }
        defer { free(real) }
        return String(cString: real)
    }
}

/// A system call that failed, in a test's own plumbing.
public struct POSIXFailure: Error, CustomStringConvertible {
    public let call: String
    public let errno: Int32
    public init(call: String, errno: Int32) {
        self.call = call
        self.errno = errno
    }
    public var description: String { "\(call): \(String(cString: strerror(errno)))" }
}
