import Glibc
import Platform

/// A file in zstd that is read and written as a stream: the records of a run that was pruned.
enum PackedLines {
    /// Packs a file.
    /// - Parameters:
    ///   - source: absolute.
    ///   - target: absolute; replaced in one step, on the disk before this returns.
    static func pack(_ source: String, to target: String) throws(RemoteError) {
        let file = open(source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { throw RemoteError(.usage, "cannot read \(source): \(ErrorText.of())") }
        defer { close(file) }
        try ReplacedFile.write(target) { descriptor throws(RemoteError) in
            do {
                let archive = try ArchiveWriting(descriptor, .stream)
                var info = stat()
                guard fstat(file, &info) == 0 else { throw ReplacedFile.failure(source, errno) }
                try archive.begin("lines", size: Int(info.st_size), time: 0)
                while true {
                    guard let piece = DescriptorIO.read(file, limit: 1 << 20) else { throw RemoteError(.usage, "cannot read \(source): \(ErrorText.of())") }
                    if piece.isEmpty { break }
                    try archive.add(piece)
                }
                try archive.finish()
            } catch let error as ArchiveWriting.Failure {
                throw RemoteError(.usage, "cannot write \(target): \(error.message)")
            } catch {
                throw RemoteError(error)
            }
        }
    }

    /// What is in an open file, piece by piece; an empty piece is the end. It may have come in a bundle, and has limits, too.
    /// - Parameter size: of the file, in bytes.
    static func pieces(of descriptor: Int32, size: Int, limits: BundleLimits = .records) throws(ArchiveReading.Failure) -> () throws(ArchiveReading.Failure) -> [UInt8] {
        let archive = try ArchiveReading(descriptor, .stream)
        // A stream without bytes has no entry.
        let isEmpty = try archive.next() == nil
        let most = limits.most(of: size)
        var left = most
        return { () throws(ArchiveReading.Failure) in
            guard !isEmpty else { return [] }
            let piece = try archive.piece()
            left -= piece.count
            guard left >= 0 else { throw ArchiveReading.Failure(message: "it unpacks to more than \(Human.bytes(most)), which no file of its size does") }
            return piece
        }
    }
}
