import Fleet
import Glibc
import Platform

/// Looks at what runs the files, so that two runs can be told to have had the same.
struct EngineInspection {
    let spec: EngineSpec
    let workspace: String
    /// What the engine says of itself.
    let version: String?
    /// The digest of a file, also of a large one.
    var digestOf: (String) -> String? = { FileDigest.of($0) }

    var identity: EngineIdentity {
        var identity = EngineIdentity(name: spec.kind.rawValue)
        identity.version = version
        identity.worker = worker
        identity.host = HostName.own
        identity.kernel = Self.kernel
        identity.environment = EnvironmentDigest.of(variables)
        switch spec.kind {
        case .sqlite:
            guard let library = spec.library.map({ HostPath.expand($0) }) else {
                // It is in the worker, and loads nothing.
                identity.digest = identity.worker
                identity.libraries = []
                break
            }
            let loaded = self.library(LoadedLibrary.path(of: library) ?? library)
            identity.libraries = [loaded]
            identity.digest = loaded.digest
        case .postgres:
            identity.libraries = LoadedLibrary.path(of: "libpq.so.5").map { [library($0)] }
        case .external, .command:
            let files = programFiles
            guard let program = files.first else { break }
            identity.name = String(decoding: program.utf8.split(separator: UInt8(ascii: "/")).last ?? program.utf8[...], as: UTF8.self)
            identity.digest = digestOf(program)
            identity.libraries = files.dropFirst().map { .init(path: $0, digest: Self.isLong($0) ? nil : digestOf($0)) }
        }
        return identity
    }

    /// What the engine is started with.
    var variables: [String: String] { EnvironmentDigest.own.merging(spec.environment) { $1 } }

    private func library(_ path: String) -> EngineIdentity.Library { .init(path: path, digest: digestOf(path)) }

    // MARK: the program of a command

    /// Words of a command that are looked at.
    static let words = 16
    /// Bytes of a file that a word names. A script or an archive of classes has fewer; one that has more is data, and the run is not to wait for it.
    private static let argumentLimit = 128 << 20

    private static func isLong(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_size > argumentLimit
    }

    /// The program, and other files that its command names, such as the script of an interpreter.
    var programFiles: [String] {
        let words = commandWords
        guard let first = words.first, let program = program(first) else { return [] }
        let tree = "{workspace}/"
        var files = [program]
        for word in words.dropFirst().prefix(Self.words) {
            let argument = Self.file(word.hasPrefix(tree) ? String(word.dropFirst(tree.count)) : word, in: [workspace])
            // A program may start another one: `env A=1 shim`.
            let started = spec.kind == .external ? self.program(word) : nil
            for file in [argument, started].compactMap(\.self) where !files.contains(file) { files.append(file) }
        }
        guard spec.kind == .external else { return files }
        for script in files {
            for file in interpreters(of: script) where !files.contains(file) { files.append(file) }
        }
        return files
    }

    /// The programs that the first line of a script names: `#!/usr/bin/env python3` names two.
    private func interpreters(of script: String) -> [String] {
        let descriptor = open(script, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        let start = [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in count = max(0, read(descriptor, buffer.baseAddress, buffer.count)) }
        guard start.starts(with: "#!".utf8) else { return [] }
        return String(decoding: start.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self).split(separator: " ").compactMap { program(String($0)) }
    }

    /// The command's words; a line for a shell may begin with its own word.
    var commandWords: [String] {
        guard spec.kind == .external else { return spec.command }
        return Array(spec.command.joined(separator: " ").split(separator: " ").map(String.init).drop { $0 == "exec" })
    }

    /// The program that is started by a name.
    func program(_ name: String) -> String? {
        name.utf8.contains(UInt8(ascii: "/")) ? Self.file(name, in: [workspace]) : Self.file(name, in: searched, isExecutable: true)
    }

    /// A shell looks with the variables that it has got, while a program is started with those of this process.
    private var searched: [String] {
        let path = (spec.kind == .external ? variables : EnvironmentDigest.own)["PATH"] ?? "/usr/bin:/bin"
        return path.split(separator: ":", omittingEmptySubsequences: false).map { $0.hasPrefix("/") ? String($0) : workspace + "/" + $0 }
    }

    /// The regular file that `name` is in the first of `folders` that has it, links resolved.
    private static func file(_ name: String, in folders: [String], isExecutable: Bool = false) -> String? {
        for folder in folders {
            guard let real = realpath(name.hasPrefix("/") ? name : folder + "/" + name, nil) else { continue }
            defer { free(real) }
            var info = stat()
            if stat(real, &info) == 0, info.st_mode & S_IFMT == S_IFREG, !isExecutable || access(real, X_OK) == 0 { return String(cString: real) }
        }
        return nil
    }

    // MARK: this process

    /// The digest of this program. Its agent lies in a folder of that name, where it was put only after it had been checked.
    private var worker: String? {
        let folder = OwnProgram.folder.utf8.split(separator: UInt8(ascii: "/")).last.map { String(decoding: $0, as: UTF8.self) } ?? ""
        let isDigest = folder.utf8.count == 64 && folder.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        return isDigest ? folder : digestOf(OwnProgram.path)
    }

    /// `Linux 6.1.0-18-amd64 x86_64`
    private static var kernel: String? {
        var name = utsname()
        guard uname(&name) == 0 else { return nil }
        func text<Value>(_ field: Value) -> String { withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) } }
        return "\(text(name.sysname)) \(text(name.release)) \(text(name.machine))"
    }
}
