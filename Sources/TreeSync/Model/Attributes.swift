/// What is set on a path besides its content.
struct Attributes: Sendable, Hashable {
    var mode: UInt16
    var seconds: Int64
    var nanoseconds: UInt32
}
