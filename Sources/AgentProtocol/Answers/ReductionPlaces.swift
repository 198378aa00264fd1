import FoundationEssentials
import Glibc
import Platform

/// Where a reproducer, its SQL and the state of a reduction that has not ended are written.
public struct ReductionPlaces: Sendable {
    /// The state; nil where the output is no regular file: nothing is kept beside a device or a pipe.
    public let state: String?
    /// The state's key of this reduction.
    public let key: String
    /// Whether somebody has named the output.
    public let isNamed: Bool
    private let file: String
    private let line: Int?
    private let output: String?
    private let stem: String
    private let folder: String

    /// - Parameters:
    ///   - file: that is reduced, as the reproducer names it.
    ///   - line: that was named.
    ///   - output: where the script goes; `FILE-LINE.test` unless told.
    ///   - folder: where that is; the current one unless told.
    public init(of file: String, line: Int?, output: String?, in folder: String? = nil) {
        let last = file.split(separator: "/").last.map(String.init) ?? "reduced"
        stem = [".test", ".slt", ".sql"].first { last.hasSuffix($0) && last != $0 }.map { String(last.dropLast($0.count)) } ?? last
        self.file = file
        self.line = line
        self.output = output
        self.folder = folder.map { $0 + "/" } ?? ""
        isNamed = output != nil
        key = file + (line.map { ":\($0)" } ?? "")
        state = output.map { Self.isStream($0) ? nil : $0 + ".reduction" } ?? "\(self.folder)\(stem)\(line.map { "-\($0)" } ?? "").reduction"
    }

    /// Whether what is written there is added to what is there, as to a terminal or a pipe.
    private static func isStream(_ path: String) -> Bool {
        var info = stat()
        return path.hasPrefix("/dev/") || path.hasPrefix("/proc/") || (stat(path, &info) == 0 && ![S_IFREG, S_IFDIR].contains(info.st_mode & S_IFMT))
    }

    /// Whether the output is a device or a pipe, which takes the result alone.
    public var isStream: Bool { state == nil }

    /// `select1-124.test`
    public func script(_ file: ReducedFile) -> String { script(line: file.line) }

    /// `select1-124.sql`; nil where there is no file that it could be beside.
    public func sql(_ file: ReducedFile) -> String? { sql(line: file.line) }

    /// - Parameter found: the line that the reduction has found; one that was named is in the name, so that it stays.
    private func script(line found: Int) -> String {
        let line = line ?? found
        return output ?? folder + "\(stem)-\(line > 0 ? "\(line)" : "reduced").test"
    }

    private func sql(line found: Int) -> String? {
        guard !isStream else { return nil }
        let script = script(line: found)
        return (script.hasSuffix(".test") ? String(script.dropLast(5)) : script) + ".sql"
    }

    // MARK: What is there already

    /// Why nothing may be written: a place is the input, or has a file of somebody else's.
    /// - Parameters:
    ///   - input: path of the file that is reduced, on this machine.
    ///   - found: the line that the reduction has found; nil before it has found one.
    /// - Returns: nil if all may be written.
    public func problem(reducing input: String, line found: Int?) -> String? {
        guard !isStream else { return nil }
        // Without a line the names of the script and the SQL are not known yet.
        let isKnown = isNamed || line != nil || found != nil
        let (script, sql) = (isKnown ? script(line: found ?? 0) : nil, isKnown ? sql(line: found ?? 0) : nil)
        let places = [script, sql, state].compactMap(\.self)
        if let own = places.first(where: { Self.isSame($0, input) }) { return "cannot write \(own): it is the file that is reduced" }
        if let folder = places.first(where: Self.isFolder) { return "cannot write \(folder): it is a folder" }
        if let script, !isNamed, let other = owner(of: script, "#", isOurs: false) { return "cannot write \(script): \(other)" }
        if let sql, let other = owner(of: sql, "--", isOurs: isNamed) { return "cannot write \(sql): \(other)" }
        if let state, let there = Self.beginning(of: state), there.first != UInt8(ascii: "{") { return "cannot write \(state): another file is there" }
        return nil
    }

    /// Whose file is there, if it is not ours.
    /// - Parameter isOurs: whether the reproducer of any file is ours.
    private func owner(of path: String, _ mark: String, isOurs: Bool) -> String? {
        guard let there = Self.beginning(of: path) else { return nil }
        let line = String(decoding: there.prefix { $0 != 0x0A }, as: UTF8.self), prefix = "\(mark) Reduced from "
        guard line.hasPrefix(prefix) else { return "another file is there" }
        let source = line.dropFirst(prefix.count), own = SafeText.line(file)
        if isOurs || source == own + "." || source.hasPrefix(own + ", line ") { return nil }
        return "the reproducer of another file is there: it was reduced from \(SafeText.line(String(source), limit: 300))"
    }

    /// - Returns: nil where nothing is there that could be lost.
    private static func beginning(of path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        let bytes = DescriptorIO.read(file, limit: 1 << 13) ?? []
        return bytes.isEmpty ? nil : bytes
    }

    private static func isFolder(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }

    private static func isSame(_ path: String, _ other: String) -> Bool {
        var (one, two) = (stat(), stat())
        return stat(path, &one) == 0 && stat(other, &two) == 0 && one.isSameFile(as: two)
    }
}
