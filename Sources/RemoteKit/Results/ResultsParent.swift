import Glibc
import Platform

/// The folder that the folders of runs go into.
enum ResultsParent {
    /// Makes it, with those above it. Links there are followed where the user made them, or root did.
    static func make(_ path: String) throws(RemoteError) {
        var partial = ""
        for part in path.split(separator: "/") where part != "." {
            partial += "/" + part
            var info = stat()
            if lstat(partial, &info) == 0, info.st_mode & S_IFMT == S_IFLNK, info.st_uid != getuid(), info.st_uid != 0 {
                throw refusal(path, "\(partial) is a link of another user")
            }
            if mkdir(partial, 0o777) == 0 { continue }
            let number = errno
            guard stat(partial, &info) == 0 else { throw refusal(path, FetchedFiles.reason(number == EEXIST ? errno : number)) }
            guard info.st_mode & S_IFMT == S_IFDIR else { throw refusal(path, "\(partial) is a file, not a folder") }
        }
    }

    private static func refusal(_ path: String, _ why: String) -> RemoteError {
        RemoteError(.usage, "cannot make the folder \(path) for the results: \(why)", remedy: .otherResultsFolder)
    }
}
