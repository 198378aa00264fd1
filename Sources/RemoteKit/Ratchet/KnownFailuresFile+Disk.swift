public import Fleet
import FoundationEssentials
import Glibc
import Platform

extension KnownFailuresFile {
    /// Bytes; the longest list that is allowed is far below.
    private static let longest = 16 << 20

    /// Reads the file.
    /// - Parameters:
    ///   - path: absolute.
    ///   - name: what messages call it.
    /// - Returns: `nil` where nothing is there.
    /// - Throws: ``ConfigurationError`` for what cannot be read or understood, with the line.
    public static func read(_ path: String, name: String? = nil) throws(ConfigurationError) -> KnownFailuresFile? {
        let name = name ?? LocalPath.lastPart(path)
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw ConfigurationError(.unreadable, at: name, "cannot read the known failures: \(ErrorText.of()); check the path and its permissions")
        }
        defer { close(file) }
        var info = stat()
        guard fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
            throw ConfigurationError(.unreadable, at: name, "cannot read the known failures: it is no file; name one in 'known-failures' of [suite]")
        }
        guard info.st_size <= longest else { throw ConfigurationError(.unreadable, at: name, "cannot read the known failures: it is longer than 16 MB; is this the right file?") }
        var bytes = [UInt8](repeating: 0, count: Int(info.st_size))
        let count = bytes.withUnsafeMutableBytes { DescriptorIO.readFully(file, into: $0, at: 0) }
        guard count >= 0 else { throw ConfigurationError(.unreadable, at: name, "cannot read the known failures: \(ErrorText.of())") }
        guard let text = String(validating: bytes.prefix(count), as: UTF8.self) else {
            throw ConfigurationError(.syntax, at: name, "cannot parse: it is not UTF-8; save it as UTF-8")
        }
        return try parse(text, name: name)
    }

    /// The same from a text.
    static func parse(_ text: String, name: String) throws(ConfigurationError) -> KnownFailuresFile {
        try KnownFailuresReader.read(ConfigurationSource(name: name, folder: "/", text: text))
    }

    /// Writes the file in one step; a link is followed, so that the file that it leads to changes.
    /// - Parameter path: absolute.
    public func write(_ path: String) throws(RemoteError) {
        do {
            try Data(text().utf8).write(to: URL(filePath: LocalPath.resolved(path)), options: .atomic)
        } catch {
            throw RemoteError(.usage, "cannot write the known failures to \(path): \(ErrorText.of())")
        }
    }
}

extension Configuration {
    /// What is known to fail when a run starts now; `nil` where no file of known failures is configured, or it is not there yet.
    /// - Throws: ``ConfigurationError`` for what cannot be read or understood, with the line.
    public func knownFailures() throws(ConfigurationError) -> KnownFailures? {
        guard let path = suite.knownFailures else { return nil }
        return try KnownFailuresFile.read(path)?.list
    }
}
