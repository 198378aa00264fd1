import Crypto
import FoundationEssentials
import Glibc
import Synchronization

/// The `slt-worker` that is uploaded to hosts: a file on this machine.
public struct WorkerBinary: Sendable, Equatable {
    /// Absolute path.
    public let path: String
    /// SHA-256, lowercase hexadecimal: part of where it lies on the host. Computed when it is first asked for, which
    /// takes some milliseconds.
    public var digest: String { cache.value }
    private let cache: DigestCache
    /// As `uname -m` names it.
    public let machine: String
    /// The newest version of the C library that it asks for. Read from the file at each call.
    public var libc: LibcVersion {
        (try? Data(contentsOf: URL(filePath: path), options: .alwaysMapped)).map { LibcVersion.needed(by: $0) } ?? LibcVersion(major: 2, minor: 0)
    }

    /// The ELF machines (elf(5), `e_machine`) that we know `uname`'s names of.
    private static let machines: [UInt16: String] = [62: "x86_64", 183: "aarch64", 243: "riscv64", 22: "s390x", 21: "ppc64le"]

    /// Reads a worker binary.
    /// - Throws: ``RemoteError`` of code `worker`.
    public init(path: String) throws(RemoteError) {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(filePath: path), options: .alwaysMapped)
        } catch {
            throw RemoteError(.worker, "cannot read the worker \(path): build it with 'make', or name it as 'worker' of the host")
        }
        guard bytes.count > 64, bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else {
            throw RemoteError(.worker, "cannot use the worker \(path): it is no 64-bit Linux program")
        }
        let machine = UInt16(bytes[bytes.startIndex + 18]) | UInt16(bytes[bytes.startIndex + 19]) << 8
        self.path = path
        self.machine = Self.machines[machine] ?? "machine \(machine)"
        cache = DigestCache(bytes)
    }

    public static func == (left: Self, right: Self) -> Bool { left.path == right.path && left.digest == right.digest }

    /// Where a worker is looked for: what the configuration names, then beside this program.
    /// - Throws: ``RemoteError`` of code `worker` that lists the places.
    public static func find(configured: String?, program: String) throws(RemoteError) -> WorkerBinary {
        if let configured { return try WorkerBinary(path: configured) }
        let folder = String(program[..<(program.lastIndex(of: "/") ?? program.startIndex)])
        let places = ["\(folder)/slt-worker", "\(folder)/../libexec/slt-remote/slt-worker"]
        for place in places where FileManager.default.isReadableFile(atPath: place) { return try WorkerBinary(path: place) }
        throw RemoteError(.worker, "cannot find the worker to upload: not at \(places.joined(separator: " nor ")); build it with 'make', or name it as 'worker' of the host")
    }
}

/// The digest of a program, computed once.
private final class DigestCache: Sendable {
    private let state: Mutex<(bytes: Data, digest: String?)>

    init(_ bytes: Data) { state = Mutex((bytes, nil)) }

    var value: String {
        state.withLock { state in
            if let known = state.digest { return known }
            let digest = SHA256.hash(data: state.bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            state = (Data(), digest)
            return digest
        }
    }
}

/// `2.36`, of the GNU C library.
public struct LibcVersion: Sendable, Equatable, Comparable, CustomStringConvertible {
    public var major: Int
    public var minor: Int

    public init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// From `glibc 2.36`, `2.36`; `nil` for another C library.
    public init?(text: some StringProtocol) {
        guard let last = text.split(separator: " ").last else { return nil }
        let parts = last.split(separator: ".")
        guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1]) else { return nil }
        self.init(major: major, minor: minor)
    }

    public static func < (left: Self, right: Self) -> Bool { (left.major, left.minor) < (right.major, right.minor) }
    public var description: String { "glibc \(major).\(minor)" }

    /// The newest `GLIBC_x.y` among the strings of a program: the names of the symbol versions it links to.
    static func needed(by program: Data) -> LibcVersion {
        let mark = Array("GLIBC_2.".utf8)
        var newest = 0
        program.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            var at = 0
            while at + mark.count < bytes.count, let found = memchr(start + at, CInt(mark[0]), bytes.count - at - mark.count) {
                at = UnsafeRawPointer(found) - start + 1
                guard memcmp(found, mark, mark.count) == 0 else { continue }
                at += mark.count - 1
                let digits = bytes[at..<min(bytes.count, at + 3)].prefix { (0x30...0x39).contains($0) }
                newest = max(newest, Int(String(decoding: digits, as: UTF8.self)) ?? 0)
            }
        }
        return LibcVersion(major: 2, minor: newest)
    }
}
