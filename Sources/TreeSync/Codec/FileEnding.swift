/// What remains to be said of a large file when its pieces are sent; it may come before some of them.
struct FileEnding: Sendable {
    var id: Int
    /// Of the whole file.
    var size: UInt64
    /// The sum of its pieces: less where it has holes, or where the receiver had a part of it.
    var literal: UInt64
    var attributes: Attributes
    var remark: ContentRemark

    func encoded() -> [UInt8] {
        var writer = ByteWriter(.fileEnd)
        writer.number(id)
        writer.number(size)
        writer.number(literal)
        writer.attributes(attributes)
        writer.byte(remark.rawValue)
        return writer.bytes
    }

    init(id: Int, size: UInt64, literal: UInt64, attributes: Attributes, remark: ContentRemark) {
        self.id = id
        self.size = size
        self.literal = literal
        self.attributes = attributes
        self.remark = remark
    }

    init(decoding message: [UInt8]) throws {
        var reader = ByteReader(message: message)
        id = try reader.count(upTo: Int.max)
        size = try reader.number()
        literal = try reader.number()
        attributes = try reader.attributes()
        remark = try ContentRemark.decode(&reader)
        guard literal <= size, size <= UInt64(Int64.max) else { throw SyncError.violation("an impossible size") }
    }
}
