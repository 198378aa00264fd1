import Platform

/// Binary files of a run are made of words: u64, little-endian.
extension [UInt8] {
    /// The word with this index, from 0; 0 where the file is too short for it.
    func word(_ index: Int) -> UInt64 { index >= 0 && index * 8 + 8 <= count ? littleEndian(at: index * 8) : 0 }
}
