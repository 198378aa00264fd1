import Fleet

extension Outcome {
    var paint: Style.Paint? {
        switch self {
        case .pass: .green
        case .blocked, .unsupported, .skipped, .untested: .yellow
        case .fail, .timeout, .crashed, .outOfMemory, .unreadable: .red
        }
    }
}
