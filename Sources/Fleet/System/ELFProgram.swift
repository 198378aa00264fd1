import Glibc
import Platform

/// What the first bytes of a 64-bit little-endian program say of it (elf(5)).
public enum ELFProgram {
    /// `p_type` of the segment that names the dynamic loader.
    private static let interpreter: UInt32 = 3

    /// Whether the program is started by a dynamic loader. One that is not has all its libraries inside.
    /// - Parameter path: of the program; one that cannot be read has none.
    public static func hasInterpreter(_ path: String) -> Bool {
        guard let file = try? File(Path(path), O_RDONLY), let start = try? file.read(4096, at: 0) else { return false }
        return hasInterpreter(start)
    }

    /// - Parameter start: the first bytes of the program, up to the end of its program headers.
    static func hasInterpreter(_ start: [UInt8]) -> Bool {
        start.withUnsafeBytes { bytes in
            guard bytes.count >= 64, bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else { return false }
            let table = Int(clamping: bytes.littleEndian(at: 32, as: UInt64.self))
            let size = Int(bytes.littleEndian(at: 54, as: UInt16.self))
            let count = Int(bytes.littleEndian(at: 56, as: UInt16.self))
            guard size >= 4, table <= bytes.count, count * size <= bytes.count - table else { return false }
            return (0..<count).contains { index in
                bytes.littleEndian(at: table + index * size, as: UInt32.self) == interpreter
            }
        }
    }
}
