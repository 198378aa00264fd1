import FoundationEssentials
import Glibc
import Platform

/// The lines of a fetched `records.jsonl`, one at a time: a host may have sent any number of them, and of any length.
enum RecordLines {
    /// Bytes of a line; the longest that a worker writes are far below.
    static let longest = 16 << 20
    private static let piece = 1 << 20

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Goes through the lines that are not empty.
    /// - Parameters:
    ///   - longest: the most bytes of a line.
    ///   - body: gets the line without its end, and its number among them from 0; `false` ends the walk.
    /// - Throws: ``Failure``, or what `body` throws.
    static func forEach(_ path: String, longest: Int = longest, _ body: (Int, Data) throws -> Bool) throws {
        try forEach(path, longest: longest, packed: false, body)
    }

    /// The same for a file that is packed.
    static func forEach(packed path: String, longest: Int = longest, _ body: (Int, Data) throws -> Bool) throws {
        try forEach(path, longest: longest, packed: true, body)
    }

    private static func forEach(_ path: String, longest: Int, packed: Bool, _ body: (Int, Data) throws -> Bool) throws {
        let file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw Failure(description: FetchedFiles.reason(errno)) }
        defer { close(file) }
        var info = stat()
        guard fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { throw Failure(description: "it is no file") }
        var pending = Data(), number = 0
        let next = try packed ? unpacking(file, Int(info.st_size)) : { try plain(file) }
        while case let bytes = try next(), !bytes.isEmpty {
            var rest = bytes[...]
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                pending.append(contentsOf: rest[..<end])
                rest = rest[(end + 1)...]
                guard try take(&pending, &number, longest, body) else { return }
            }
            pending.append(contentsOf: rest)
            try check(pending, number, longest)
        }
        _ = try take(&pending, &number, longest, body)
    }

    private static func plain(_ file: Int32) throws -> [UInt8] {
        guard let bytes = DescriptorIO.read(file, limit: piece) else { throw Failure(description: FetchedFiles.reason(errno)) }
        return bytes
    }

    private static func unpacking(_ file: Int32, _ size: Int) throws -> () throws -> [UInt8] {
        do throws(ArchiveReading.Failure) {
            let next = try PackedLines.pieces(of: file, size: size)
            return {
                do throws(ArchiveReading.Failure) { return try next() } catch { throw Failure(description: error.message) }
            }
        } catch {
            throw Failure(description: error.message)
        }
    }

    private static func take(_ line: inout Data, _ number: inout Int, _ longest: Int, _ body: (Int, Data) throws -> Bool) throws -> Bool {
        try check(line, number, longest)
        guard !line.isEmpty else { return true }
        defer {
            line.removeAll(keepingCapacity: true)
            number += 1
        }
        return try body(number, line)
    }

    private static func check(_ line: Data, _ number: Int, _ longest: Int) throws {
        guard line.count <= longest else { throw Failure(description: "line \(number + 1) has more than \(longest) bytes") }
    }
}
