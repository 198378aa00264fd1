import Glibc
import Platform

/// What the host's user database says of this user. The C library's own look-ups load further libraries, which a program
/// without shared libraries cannot do: the database is asked through `getent`, or read where that is not there.
public struct UserEntry: Sendable, Equatable {
    /// The login name.
    public var name: String
    /// Absolute.
    public var home: String

    /// Of this process's user; `nil` where the database does not know it.
    public static var own: UserEntry? {
        let id = getuid()
        return find(id, in: ask(id)) ?? find(id, in: (try? Path("/etc/passwd").contents(limit: 64 << 20)) ?? [])
    }

    /// The first entry of `id` in the form of passwd(5).
    static func find(_ id: uid_t, in text: [UInt8]) -> UserEntry? {
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard fields.count >= 7, decimal(fields[2]) == UInt64(id), fields[5].first == UInt8(ascii: "/") else { continue }
            return UserEntry(name: String(decoding: fields[0], as: UTF8.self), home: String(decoding: fields[5], as: UTF8.self))
        }
        return nil
    }

    /// Bytes of an answer that are read.
    private static let limit = 65536

    private static func ask(_ id: uid_t) -> [UInt8] {
        guard let program = ["/usr/bin/getent", "/bin/getent"].map({ Path($0) }).first(where: { $0.withCString { access($0, X_OK) } == 0 }) else { return [] }
        guard let pipe = DescriptorIO.pipe() else { return [] }
        defer { close(pipe.reading) }
        let child = ChildProcess([program.bytes, Array("passwd".utf8), Array("\(id)".utf8)], directory: Array("/".utf8),
                                 descriptors: [(1, .descriptor(pipe.writing))])
        let pid = try? child.start()
        close(pipe.writing)
        guard let pid else { return [] }
        var answer: [UInt8] = []
        let began = Clock.monotonic
        while answer.count < limit {
            // A directory service that does not answer must not hold a session.
            if !DescriptorIO.isReadable(pipe.reading, within: 100) {
                if Clock.seconds(since: began) > 10 { break }
                continue
            }
            guard let chunk = DescriptorIO.read(pipe.reading, limit: 4096), !chunk.isEmpty else { break }
            answer += chunk
        }
        kill(-pid, SIGKILL)
        _ = ProcessTermination.wait(for: pid)
        return answer
    }
}
