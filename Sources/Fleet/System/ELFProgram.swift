import Glibc
import Platform

/// What the first bytes of a 64-bit little-endian program say of it (elf(5)).
public enum ELFProgram {
    /// `p_type` of the segment that names the dynamic loader.
    private static let interpreter: UInt32 = 3

    /// Whether the program is started by a dynamic loader. One that is not has all its libraries inside.
    /// - Parameter path: of the program; one that cannot be read has none.
    public static func hasInterpreter(_ path: String) -> Bool { interpreter(of: path) != nil }

    /// The path of the dynamic loader that the program names.
    public static func interpreter(of path: String) -> String? {
        guard let file = try? File(Path(path), O_RDONLY), let start = try? file.read(4096, at: 0), let place = interpreterPlace(start),
              let name = try? file.read(place.count, at: place.lowerBound) else { return nil }
        return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
    }

    private static func isELF(_ start: [UInt8]) -> Bool { start.count >= 64 && start.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) }

    /// - Parameter start: the first bytes of the program, up to the end of its program headers.
    static func hasInterpreter(_ start: [UInt8]) -> Bool { interpreterPlace(start) != nil }

    /// Where the name of the loader stands in the file.
    private static func interpreterPlace(_ start: [UInt8]) -> Range<Int>? {
        guard isELF(start) else { return nil }
        return start.withUnsafeBytes { bytes in
            let table = Int(clamping: bytes.littleEndian(at: 32, as: UInt64.self))
            let size = Int(bytes.littleEndian(at: 54, as: UInt16.self))
            let count = Int(bytes.littleEndian(at: 56, as: UInt16.self))
            guard size >= 4, table <= bytes.count, count * size <= bytes.count - table else { return nil }
            guard let index = (0..<count).first(where: { bytes.littleEndian(at: table + $0 * size, as: UInt32.self) == interpreter }) else { return nil }
            let header = table + index * size
            guard size >= 40 else { return 0..<0 }
            let offset = Int(clamping: bytes.littleEndian(at: header + 8, as: UInt64.self)), length = Int(clamping: bytes.littleEndian(at: header + 32, as: UInt64.self))
            return offset..<(offset + min(length, 4096))
        }
    }
}
