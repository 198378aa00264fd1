@testable import Fleet
import FoundationEssentials
import Glibc
import Platform
import TestSupport
import Testing

@Suite("a lock that goes with its file") struct LockTests {
    private static let kinds = ["first byte", "whole"]

    private static func take(_ file: File, _ kind: String) throws -> Bool { kind == "whole" ? file.tryLockWhole() : try file.tryLock() }

    @Test("is gone with it, also while a program that is just being started has a copy of the descriptor", arguments: kinds)
    func copies(_ kind: String) throws {
        let folder = try TemporaryFolder()
        let path = Path(folder.file("lock"))
        var copy: Int32 = -1
        do {
            let first = try File(path, O_RDWR | O_CREAT)
            #expect(try Self.take(first, kind))
            #expect(try !Self.take(File(path, O_RDWR), kind))
            copy = dup(first.descriptor)
        }
        defer { close(copy) }
        #expect(try Self.take(File(path, O_RDWR), kind))
    }

    @Test("stays with another process that has the descriptor, where that is meant", arguments: kinds)
    func handed(_ kind: String) throws {
        let folder = try TemporaryFolder()
        let path = Path(folder.file("lock"))
        var copy: Int32 = -1
        do {
            let first = try File(path, O_RDWR | O_CREAT)
            #expect(try Self.take(first, kind))
            copy = dup(first.descriptor)
            first.leaveLocks()
        }
        #expect(try !Self.take(File(path, O_RDWR), kind))
        close(copy)
        #expect(try Self.take(File(path, O_RDWR), kind))
    }

    @Test("of a workspace is free for the next work of the same client at once")
    func workspace() throws {
        let folder = try TemporaryFolder()
        var copy: Int32 = -1
        do {
            let lock = try #require(try WorkspaceLock(folder: folder.path, state: folder.file("state"), purpose: nil))
            copy = fcntl(descriptor(of: folder.path), F_DUPFD_CLOEXEC, 0)
            _ = lock.folder
        }
        defer { close(copy) }
        #expect(try WorkspaceLock(folder: folder.path, state: folder.file("state"), purpose: nil) != nil)
    }

    /// A descriptor of this process that has the folder open.
    private func descriptor(of folder: String) -> Int32 {
        let wanted = realpath(folder, nil).map { String(cString: $0) }
        return (0..<1024).last { number in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)")) == wanted
        }.map(Int32.init) ?? -1
    }
}
