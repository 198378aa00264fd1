enum ContentRemark: UInt8, Sendable {
    case none = 0
    case changedWhileRead = 1
    case changedAfterListing = 2
    /// Of a file that had more names when it was listed: the name is another file's now, so the others do not get this content.
    case isOther = 3

    var problem: (kind: SyncProblem.Kind, reason: String)? {
        switch self {
        case .none: nil
        case .changedWhileRead: (.changedWhileRead, "was written to while it was read; sync again when it is at rest")
        case .changedAfterListing, .isOther: (.changedAfterListing, "changed while the sync ran; its newer state was taken")
        }
    }
}

extension ContentRemark {
    static func decode(_ reader: inout ByteReader) throws -> ContentRemark {
        guard let remark = ContentRemark(rawValue: try reader.byte()) else { throw SyncError.violation("an unknown remark") }
        return remark
    }
}
