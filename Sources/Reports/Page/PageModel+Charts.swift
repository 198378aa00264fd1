import Fleet
import Platform
import RemoteKit

extension PageModel {
    /// The workers' rows, and below them the use of the host over the same time.
    struct TimelineSection {
        let shapes: String
        /// Units high.
        let height: Int
        /// Pixels high.
        let pixels: Int
        let milliseconds: Int
        let slots: String
        let words: String
        let note: String?
        let ticks: [String]
        let cpu: String?
        let cpuWords: String
        let active: String
        let activeWords: String
        let wanted: String

        init?(_ run: ReportedRun, start: Double, end: Double) {
            let chart = TimelineChart(files: run.details.files, start: start, end: end)
            guard let drawn = chart.shapes() else { return nil }
            let workers = chart.workers, span = end - start
            let failed = run.details.files.count(where: \.outcome.isFailure)
            shapes = drawn.text
            height = drawn.rows * 10
            pixels = max(28, min(480, drawn.rows * (drawn.rows <= 16 ? 16 : drawn.rows <= 40 ? 10 : 6)))
            milliseconds = Int(min(span, 1e10) * 1000)
            slots = workers.prefix(TimelineChart.mostRows).map(String.init).joined(separator: ",")
            words = "\(Human.count(workers.count, "worker")) over \(PageTime.span(span)), a row for each; \(Human.count(run.details.files.count, "file")) as bars, \(Human.count(failed)) of them failed"
            note = workers.count > drawn.rows ? "The first \(drawn.rows) of \(Human.count(workers.count, "worker")) are shown." : nil
            ticks = (0...4).map { $0 == 0 ? "0" : PageTime.span(span * Double($0) / 4) }
            let series = UseSeries(run.details.folder), wanted = max(1, run.status.workersWanted)
            let points = series.points
            cpu = points.count < 2 ? nil : series.shapes(start: start, end: end) { $0.cpu }
            active = series.shapes(start: start, end: end) { $0.active / Double(wanted) }
            let mean = points.isEmpty ? 0 : points.reduce(0) { $0 + $1.cpu } / Double(points.count)
            let meanActive = points.isEmpty ? 0 : points.reduce(0) { $0 + $1.active } / Double(points.count)
            cpuWords = "CPU of the host over time, \(Human.percent(mean)) on average"
            activeWords = "Workers that ran a file over time, \(Human.fixed(meanActive, 1)) of \(Human.count(wanted)) on average"
            self.wanted = Human.count(wanted)
        }
    }

    /// The last runs of the project.
    struct TrendSection {
        let shapes: String
        let width: Int
        let words: String
        let first: String
        let most: String
        let last: String
        let rows: [Row]

        struct Row {
            let run: String
            let date: String
            let commit: String
            let failed: String
            let rate: String
            let time: String
            let isCurrent: Bool
        }

        init(_ points: [TrendPoint], current: String) {
            let chart = TrendChart(points: points, current: current), shown = chart.shown
            shapes = chart.shapes
            width = chart.width
            words = "Failed files of the last \(Human.count(shown.count, "run")), oldest on the left; the most is \(Human.count(chart.most))"
            most = Human.count(chart.most)
            first = shown.first.map { PageTime.day($0.startedAt) } ?? ""
            last = shown.last.map { PageTime.day($0.startedAt) } ?? ""
            rows = shown.reversed().map { point in
                Row(run: SafeText.line(point.run, limit: 60), date: PageTime.text(point.startedAt),
                    commit: SafeText.line([point.commit.map { String($0.prefix(10)) }, point.branch].compactMap(\.self).joined(separator: " "), limit: 80),
                    failed: Human.count(point.failed), rate: "\(Human.percent(point.passed, of: point.total)) of \(Human.count(point.total))",
                    time: Human.duration(point.wall), isCurrent: point.run == current)
            }
        }
    }
}
