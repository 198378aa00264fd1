import Fleet
import FoundationEssentials
import Glibc
import Platform

extension RunFolder {
    /// Writes the run into one file, which can be read without the host and without this folder. Only what a fetch wrote is in it.
    /// - Parameter file: absolute; its name ends in ``RunBundle/ending``. Replaced in one step.
    /// - Throws: ``RemoteError`` `usage`.
    public func writeBundle(to file: String) throws(RemoteError) {
        try Self.check(bundle: file)
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw RemoteError(.usage, "cannot read the run in \(path): \(FetchedFiles.reason(errno))") }
        defer { close(descriptor) }
        let known = try FetchedFiles.listed(descriptor, path, spec.id) ?? KnownRunFiles.present(in: descriptor)
        let names = known.map { String(decoding: $0, as: UTF8.self) }.filter { name in
            name != RunBundle.note && BundleName.parts("\(spec.id)/\(name)") != nil && Self.isPlainFile("\(path)/\(name)")
        }
        try RunBundle.write(path, names: names, run: spec.id, host: hostFolder, time: Int(summary?.finishedAt ?? 0), to: file)
    }

    /// The name of the host, as the results at home have it; for people. A bundle says it itself; of a folder that was fetched the host's word is not taken.
    public var hostFolder: String {
        if origin != path, let bytes = contents(of: RunBundle.note), let note = try? JSONDecoder().decode(RunBundle.Note.self, from: Data(bytes)) { return SafeText.line(note.host, limit: 100) }
        return LocalPath.lastPart(LocalPath.parent(path))
    }

    /// Whether a bundle is there, by its name.
    static func isBundle(_ path: String) -> Bool { path.hasSuffix(RunBundle.ending) && isPlainFile(path) }

    /// Before work is done for a bundle: whether it can be written there.
    public static func check(bundle file: String) throws(RemoteError) {
        guard file.hasSuffix(RunBundle.ending), file.utf8.count > RunBundle.ending.utf8.count else {
            throw RemoteError(.usage, "cannot write the bundle \(file): its name must end in \(RunBundle.ending)")
        }
        var info = stat()
        if lstat(file, &info) == 0, info.st_mode & S_IFMT != S_IFREG { throw RemoteError(.usage, "cannot write the bundle \(file): something else is there") }
        let parent = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
        guard stat(parent.isEmpty ? "/" : parent, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else {
            throw RemoteError(.usage, "cannot write the bundle \(file): there is no folder \(parent)")
        }
    }

    private static func isPlainFile(_ path: String) -> Bool {
        var info = stat()
        return lstat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFREG
    }
}
