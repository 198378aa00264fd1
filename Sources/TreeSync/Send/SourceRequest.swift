/// A request of the receiver, with the file that it names.
struct SourceRequest: Sendable {
    var id: Int
    var kind: FileRequest.Kind
    var source: SourceTable.Source
}
