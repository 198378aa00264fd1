import Fleet
import RemoteKit

/// A row for each worker, its files as bars. What failed is as high as the row, what passed is low, so that colour is not needed.
struct TimelineChart {
    let files: [RunDetails.File]
    /// Seconds since 1970.
    let start: Double
    let end: Double

    /// Units from start to end.
    static let width = 1000.0
    private static let rowHeight = 10.0
    /// Above so many files bars are drawn together: the page stays small, and a screen could not show them one by one.
    private static let mostBars = 1500
    /// Places along the time that are told apart then, over all rows.
    private static let mostPlaces = 6000
    static let mostRows = 96

    /// What a bar shows; the higher one is seen where two share a place.
    private enum Mark: UInt8, CaseIterable {
        case none, pass, aside, flaky, fail

        init(_ file: RunDetails.File) {
            self = file.outcome.isFailure ? .fail : file.isFlaky ? .flaky : file.outcome == .pass ? .pass : .aside
        }

        var name: String { ["", "pass", "aside", "flaky", "fail"][Int(rawValue)] }
        /// Of the row's height.
        var share: Double { [0, 0.4, 0.55, 0.7, 0.9][Int(rawValue)] }
    }

    /// Slots of workers that ran a file, from the lowest.
    var workers: [Int] { Set(files.compactMap { isDrawn($0) ? $0.worker : nil }).sorted() }

    private func isDrawn(_ file: RunDetails.File) -> Bool { file.worker != nil && file.finishedAt > 0 && file.finishedAt.isFinite && file.duration.isFinite }

    /// The shapes, for a drawing of ``width`` and of ten units a row; `nil` where no worker ran a file.
    func shapes() -> (rows: Int, text: String)? {
        let workers = Array(workers.prefix(Self.mostRows))
        guard !workers.isEmpty, end > start else { return nil }
        let rows = Dictionary(uniqueKeysWithValues: workers.enumerated().map { ($1, $0) })
        var paths = [SVGPath](repeating: SVGPath(), count: Mark.allCases.count)
        let drawn = files.filter { isDrawn($0) && $0.worker.flatMap { rows[$0] } != nil }
        if drawn.count <= Self.mostBars {
            for file in drawn { draw(file, row: rows[file.worker ?? 0] ?? 0, &paths) }
        } else {
            drawTogether(drawn, rows, &paths)
        }
        var track = SVGPath()
        for row in 0..<workers.count { track.rectangle(x: 0, y: Double(row) * Self.rowHeight + 4.5, width: Self.width, height: 1) }
        let marks = Mark.allCases.map { paths[Int($0.rawValue)].element($0.name) }.joined()
        return (workers.count, track.element("track") + marks)
    }

    private func place(_ time: Double) -> Double { min(Self.width, max(0, (time - start) / (end - start) * Self.width)) }

    private func draw(_ file: RunDetails.File, row: Int, _ paths: inout [SVGPath]) {
        let from = place(file.finishedAt - file.duration), to = place(file.finishedAt)
        add(Mark(file), row: row, from: from, to: max(from + 0.8, to - 0.5), &paths)
    }

    private func add(_ mark: Mark, row: Int, from: Double, to: Double, _ paths: inout [SVGPath]) {
        let height = Self.rowHeight * mark.share
        paths[Int(mark.rawValue)].rectangle(x: from, y: Double(row) * Self.rowHeight + (Self.rowHeight - height) / 2, width: to - from, height: height)
    }

    private func drawTogether(_ files: [RunDetails.File], _ rows: [Int: Int], _ paths: inout [SVGPath]) {
        let places = max(60, min(1000, Self.mostPlaces / rows.count))
        let unit = Self.width / Double(places)
        var marks = [[UInt8]](repeating: [UInt8](repeating: 0, count: places), count: rows.count)
        for file in files {
            guard let row = file.worker.flatMap({ rows[$0] }) else { continue }
            let from = min(places - 1, Int(place(file.finishedAt - file.duration) / unit)), to = min(places - 1, Int(place(file.finishedAt) / unit))
            let mark = Mark(file).rawValue
            for place in from...max(from, to) where marks[row][place] < mark { marks[row][place] = mark }
        }
        for (row, marks) in marks.enumerated() {
            var begin = 0
            for place in 1...places where place == places || marks[place] != marks[begin] {
                if let mark = Mark(rawValue: marks[begin]), mark != .none { add(mark, row: row, from: Double(begin) * unit, to: Double(place) * unit, &paths) }
                begin = place
            }
        }
    }
}
