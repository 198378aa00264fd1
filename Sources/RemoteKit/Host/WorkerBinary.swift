import Crypto
import Fleet
import FoundationEssentials
import Glibc
import Platform
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
    /// The newest version of the C library that it asks for; `nil` where it has its own inside and runs on any. Read from the file at each call.
    public var libc: LibcVersion? {
        guard ELFProgram.hasInterpreter(path), let bytes = try? Data(contentsOf: URL(filePath: path), options: .alwaysMapped) else { return nil }
        return LibcVersion.needed(by: bytes)
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
        return try find("slt-worker", program: program)
    }

    /// The worker that can load libraries of the host, for engines that are one; `configured` where that is told.
    /// - Throws: as ``find(configured:program:)``.
    public static func findDynamic(configured: String?, program: String) throws(RemoteError) -> WorkerBinary {
        if let configured { return try WorkerBinary(path: configured) }
        return try find("slt-worker-dynamic", program: program)
    }

    private static func find(_ name: String, program: String) throws(RemoteError) -> WorkerBinary {
        let folder = String(program[..<(program.lastIndex(of: "/") ?? program.startIndex)])
        let places = ["\(folder)/\(name)", "\(folder)/../libexec/slt-remote/\(name)"]
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
            let digest = Hex.encode(SHA256.hash(data: state.bytes))
            state = (Data(), digest)
            return digest
        }
    }
}
