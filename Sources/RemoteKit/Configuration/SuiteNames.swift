import Fleet
import Glibc

/// Reads file names of the command line: they start from where the user stands, as with every other program, and a folder means
/// the test files below it.
public struct SuiteNames: Sendable {
    /// Absolute.
    let source: String
    /// The folders from the top of the tree to where the user stands; `nil` outside of it, where names start from its top.
    let standing: [String]?
    /// Endings of the test files in a folder.
    let endings: [String]

    /// - Parameters:
    ///   - configuration: says where the source tree is.
    ///   - workingDirectory: where the user stands; absolute.
    public init(_ configuration: Configuration, workingDirectory: String) {
        source = LocalPath.normalized(configuration.sync.source)
        let plain = Self.parts(below: source, LocalPath.normalized(workingDirectory))
        standing = plain ?? Self.parts(below: LocalPath.resolved(source), LocalPath.resolved(workingDirectory))
        let configured = configuration.suite.files.compactMap { glob -> String? in
            guard let dot = glob.utf8.lastIndex(of: UInt8(ascii: ".")), !glob[dot...].contains("/") else { return nil }
            let ending = String(glob[glob.index(after: dot)...])
            return !ending.isEmpty && Glob.isLiteral(ending) ? ending : nil
        }
        endings = Array(Set(configured + ["test", "slt"])).sorted()
    }

    /// `../` for each folder between the user and the top of the tree.
    public var upwards: String { String(repeating: "../", count: standing?.count ?? 0) }

    /// The globs, relative to the source tree.
    /// - Throws: ``ConfigurationError`` for what lies outside of it.
    public func globs(_ names: [String]) throws(ConfigurationError) -> [String] {
        var globs: [String] = []
        for name in names { globs.append(try glob(name)) }
        return globs
    }

    private func glob(_ name: String) throws(ConfigurationError) -> String {
        var parts = (standing ?? []).map { Glob.literal($0) }
        var text = name
        if name.hasPrefix("/") {
            guard let below = Self.parts(below: source, LocalPath.normalized(name)) else { throw outside(name) }
            parts = []
            text = below.joined(separator: "/")
        }
        for part in text.split(separator: "/") where part != "." {
            guard part == ".." else {
                parts.append(String(part))
                continue
            }
            guard parts.popLast() != nil else { throw outside(name) }
        }
        let path = parts.joined(separator: "/")
        guard isFolder(path) else { return path }
        return (path.isEmpty ? "" : path + "/") + "**/*.{" + endings.joined(separator: ",") + "}"
    }

    private func isFolder(_ glob: String) -> Bool {
        var info = stat()
        let path = String(String.UnicodeScalarView(glob.unicodeScalars.filter { $0 != "\\" }))
        return stat(source + "/" + path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }

    private func outside(_ name: String) -> ConfigurationError {
        ConfigurationError(.invalidValue, at: "the command line", "cannot use '\(name)': it is not below the source \(source); name files of the source tree")
    }

    private static func parts(below root: String, _ path: String) -> [String]? {
        guard path == root || path.hasPrefix(root == "/" ? root : root + "/") else { return nil }
        return path.dropFirst(root.count).split(separator: "/").map(String.init)
    }
}

extension Configuration {
    /// The same with the files that the command line names.
    public func running(_ names: [String], workingDirectory: String) throws(ConfigurationError) -> Configuration {
        guard !names.isEmpty else { return self }
        var copy = self
        copy.namesFiles = true
        copy.suite.files = try SuiteNames(self, workingDirectory: workingDirectory).globs(names)
        for glob in copy.suite.files {
            do { _ = try Glob(glob) } catch { throw ConfigurationError(.invalidValue, at: "the command line", error.message) }
        }
        return copy
    }

    /// The configuration with these files as the suite.
    /// - Parameter files: relative to the source tree, as the file system has them.
    func running(_ files: [String]) -> Configuration {
        var copy = self
        copy.namesFiles = true
        copy.suite.files = files.map(Glob.literal)
        return copy
    }

    /// - Parameters:
    ///   - filters: parts of paths, or globs.
    ///   - place: where they come from, for messages.
    /// - Throws: ``ConfigurationError`` for a filter that cannot be read.
    public static func check(filters: [String], at place: String? = nil) throws(ConfigurationError) {
        for filter in filters {
            do { _ = try FileFilter(filter) } catch { throw ConfigurationError(.invalidValue, at: place, error.message) }
        }
    }
}
