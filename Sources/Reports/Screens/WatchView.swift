public import AgentProtocol
import Fleet
import Platform

/// The live view: what is on the screen, and what its keys do. Knows no terminal and no host.
public struct WatchView: Sendable {
    public enum Action: Sendable, Equatable {
        case quit
        /// Let claims stop, or go on.
        case pause(Bool)
        /// So many workers instead.
        case workers(Int)
        /// Show the end of a worker's log.
        case log(worker: Int)
        /// Nothing to ask the host for; draw again.
        case redraw
    }

    private enum Mode: Sendable, Equatable {
        case table
        /// A worker's number is being typed.
        case choosing(String)
        case log(Int)
    }

    public let host: String
    /// What commands that are named need to be about the same project.
    public var options: [String] = []
    /// Leads from where the user stands to the top of the tree.
    public var upwards = ""
    public private(set) var report: HostReport?
    /// Said at the bottom until the next key.
    public var notice: String?
    private var sort = StatusScreen.Sort.slot
    private var mode = Mode.table
    private var log: [String] = []

    public init(host: String) { self.host = host }

    public mutating func show(_ report: HostReport) { self.report = report }

    /// The worker whose log is on the screen.
    public var logged: Int? { if case .log(let worker) = mode { worker } else { nil } }

    /// Takes the end of the log that ``logged`` asks for.
    public mutating func show(log bytes: [UInt8]) {
        log = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).suffix(2000).map { SafeText.line(String($0), limit: 1000) }
        while log.last?.isEmpty == true { log.removeLast() }
    }

    /// What a key asks for; `nil` for one that means nothing here.
    public mutating func key(_ byte: UInt8) -> Action? {
        notice = nil
        switch mode {
        case .table: return tableKey(byte)
        case .choosing(let digits): return choosingKey(byte, digits)
        case .log:
            guard byte == UInt8(ascii: "q") || byte == UInt8(ascii: "w") || byte == 0x1B else { return nil }
            mode = .table
            return .redraw
        }
    }

    private mutating func tableKey(_ byte: UInt8) -> Action? {
        let run = report?.run
        switch byte {
        case UInt8(ascii: "q"): return .quit
        case UInt8(ascii: "s"):
            sort = sort.next
            return .redraw
        case UInt8(ascii: "w"):
            guard run?.workers.isEmpty == false else { return say("there is no worker now") }
            mode = .choosing("")
            return .redraw
        case UInt8(ascii: "p"):
            guard let run, run.phase == .running else { return say("the run is not running") }
            return .pause(run.paused != .asked)
        case UInt8(ascii: "+"), UInt8(ascii: "="), UInt8(ascii: "-"):
            guard let run, run.phase == .running else { return say("the run is not running") }
            let count = run.workersWanted + (byte == UInt8(ascii: "-") ? -1 : 1)
            return count >= 1 ? .workers(count) : say("a run has one worker or more; p pauses it")
        default: return nil
        }
    }

    private mutating func choosingKey(_ byte: UInt8, _ digits: String) -> Action? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9") where digits.utf8.count < 5: mode = .choosing(digits + String(UnicodeScalar(byte)))
        case 0x7F, 0x08: mode = .choosing(String(digits.dropLast()))
        case 0x0A, 0x0D:
            guard let worker = Int(digits) ?? report?.run?.workers.first?.slot else { break }
            mode = .log(worker)
            log = []
            return .log(worker: worker)
        case 0x1B, UInt8(ascii: "q"): mode = .table
        default: return nil
        }
        return .redraw
    }

    private mutating func say(_ text: String) -> Action {
        notice = text
        return .redraw
    }

    // MARK: Drawing

    /// As ``StatusScreen/lines(_:)``, with a line of keys at the bottom.
    public func lines(_ style: Style) -> [String] {
        var style = style
        let footer = style.paint(Columns.cut(footer, style.width), notice == nil ? .dim : .yellow)
        style.height = style.height.map { max(1, $0 - 2) }
        var lines = body(style)
        if let height = style.height {
            lines = Array(lines.prefix(height))
            while lines.count < height { lines.append("") }
        }
        return lines + [footer]
    }

    private func body(_ style: Style) -> [String] {
        if case .log(let worker) = mode {
            let title = style.paint(Columns.cut("log of worker \(worker) on \(SafeText.line(host, limit: 40))", style.width), .bold)
            let shown = log.suffix(max(1, (style.height ?? 24) - 1))
            return [title] + (shown.isEmpty ? ["(nothing yet)"] : shown.map { Columns.cut($0, style.width) })
        }
        guard let report else { return ["waiting for \(SafeText.line(host, limit: 40))"] }
        var screen = StatusScreen(status: report.run, mode: report.mode, sample: report.sample, host: host, now: report.sample.time)
        screen.sort = sort
        screen.options = options
        screen.upwards = upwards
        screen.failing = report.failing ?? []
        return screen.lines(style)
    }

    private var footer: String {
        if let notice { return SafeText.line(notice, limit: 300) }
        switch mode {
        case .choosing(let digits): return "log of which worker? \(digits)_  (enter: \(report?.run?.workers.first?.slot ?? 0), esc: back)"
        case .log: return "q back"
        case .table:
            var keys = "q quit   s sort by \(sort.next.rawValue)"
            if report?.run?.workers.isEmpty == false { keys += "   w worker's log" }
            if report?.run?.phase == .running { keys += report?.run?.paused == .asked ? "   p resume   + - workers" : "   p pause   + - workers" }
            return keys
        }
    }
}

extension WatchView {
    public func screen(_ style: Style) -> [ScreenText] { lines(style).map { ScreenText($0, style) } }
}
