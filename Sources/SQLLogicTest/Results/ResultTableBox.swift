/// A result table that copyable values can hold.
final class ResultTableBox {
    var table = ResultTable()
}

extension ResultTable {
    static func boxed() -> ResultTableBox { ResultTableBox() }
}
