import Glibc
import Platform

/// The files a configuration is read from.
public struct ConfigurationFiles: Sendable, Equatable {
    /// The project's, found upwards from the working directory or named.
    public var project: ConfigurationSource?
    /// The user's own.
    public var user: ConfigurationSource?

    /// Files that have been read already.
    public init(project: ConfigurationSource? = nil, user: ConfigurationSource? = nil) {
        self.project = project
        self.user = user
    }

    /// What the project's file is called.
    public static let projectName = "slt-remote.toml"
    /// Names the project's file, as `--config` does.
    public static let fileVariable = "SLT_REMOTE_CONFIG"
    /// Chooses a profile, as `--profile` does.
    public static let profileVariable = "SLT_REMOTE_PROFILE"
    /// Variables that stand for no key.
    static let variables = [fileVariable, profileVariable]
    /// No configuration is longer; whatever is, is another file.
    static let longest = 1 << 20

    /// Finds and reads the files there are. Neither has to exist, except the one that is named.
    /// - Parameters:
    ///   - named: what `--config` says; takes the place of the search for the project's file.
    ///   - place: what names it, for messages.
    ///   - environment: all variables.
    ///   - workingDirectory: absolute.
    /// - Throws: ``ConfigurationError`` for a file that is there and cannot be read, or is named and not there.
    public static func find(named: String? = nil, place: String? = nil, environment: [String: String],
                            workingDirectory: String) throws(ConfigurationError) -> ConfigurationFiles {
        let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        var files = ConfigurationFiles()
        let variable = environment[fileVariable].flatMap { $0.isEmpty ? nil : $0 }
        if let name = named ?? variable {
            guard let path = LocalPath.absolute(name, from: workingDirectory, home: home),
                  let source = try read(path, name: name) else {
                throw ConfigurationError(.unreadable, at: named == nil ? fileVariable : place,
                                         "cannot read \(name): there is no such file; check the path")
            }
            files.project = source
        } else {
            files.project = try search(from: LocalPath.normalized(workingDirectory))
        }
        if let path = userPath(environment: environment, home: home) {
            let shown = home.flatMap { path.hasPrefix($0 + "/") ? "~" + path.dropFirst($0.count) : nil }
            files.user = try read(path, name: shown ?? path)
        }
        return files
    }

    /// `$XDG_CONFIG_HOME/slt-remote/config.toml`, or below `~/.config` where that is not set to an absolute path,
    /// as the XDG Base Directory Specification has it.
    static func userPath(environment: [String: String], home: String?) -> String? {
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
            return LocalPath.normalized(folder + "/slt-remote/config.toml")
        }
        return home.map { LocalPath.normalized($0 + "/.config/slt-remote/config.toml") }
    }

    private static func search(from start: String) throws(ConfigurationError) -> ConfigurationSource? {
        var folder = start
        while true {
            let path = LocalPath.normalized(folder + "/" + projectName)
            if let source = try read(path, name: folder == start ? projectName : path) { return source }
            if folder == "/" { return nil }
            folder = LocalPath.parent(folder)
        }
    }

    private static func read(_ path: String, name: String) throws(ConfigurationError) -> ConfigurationSource? {
        var info = stat()
        guard stat(path, &info) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw ConfigurationError(.unreadable, at: name, "cannot read: \(ErrorText.of()); check its permissions")
        }
        guard info.st_mode & S_IFMT != S_IFDIR else {
            throw ConfigurationError(.unreadable, at: name, "cannot read: it is a folder; name the file in it")
        }
        guard info.st_size <= longest else {
            throw ConfigurationError(.unreadable, at: name, "cannot read: it is longer than 1 MB; is this the right file?")
        }
        return ConfigurationSource(name: name, folder: LocalPath.parent(path), text: try text(path, name))
    }

    private static func text(_ path: String, _ name: String) throws(ConfigurationError) -> String {
        guard let handle = fopen(path, "re") else {
            throw ConfigurationError(.unreadable, at: name, "cannot read: \(ErrorText.of()); check its permissions")
        }
        defer { fclose(handle) }
        // A pipe or a device, as in --config <(…), has no size to go by.
        var bytes = [UInt8](repeating: 0, count: longest + 1)
        let count = fread(&bytes, 1, bytes.count, handle)
        guard ferror(handle) == 0, count <= longest else {
            throw ConfigurationError(.unreadable, at: name, "cannot read: it is longer than 1 MB or fails to read; is this the right file?")
        }
        guard let text = String(validating: bytes.prefix(count), as: UTF8.self) else {
            throw ConfigurationError(.syntax, at: name, "cannot parse: it is not UTF-8; save it as UTF-8")
        }
        return text
    }
}
