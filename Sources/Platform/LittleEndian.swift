/// Integers of fixed width in byte order little-endian, as all of our formats have them.
extension [UInt8] {
    @inlinable
    package mutating func append<Word: FixedWidthInteger>(littleEndian word: Word) {
        Swift.withUnsafeBytes(of: word.littleEndian) { append(contentsOf: $0) }
    }

    /// The integer that begins at `offset`, which the caller has checked to be there whole.
    @inlinable
    package func littleEndian<Word: FixedWidthInteger>(at offset: Int, as type: Word.Type = Word.self) -> Word {
        withUnsafeBytes { $0.littleEndian(at: offset, as: type) }
    }
}

extension UnsafeRawBufferPointer {
    /// The integer that begins at `offset`, which the caller has checked to be there whole.
    @inlinable
    package func littleEndian<Word: FixedWidthInteger>(at offset: Int, as type: Word.Type = Word.self) -> Word {
        Word(littleEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}
