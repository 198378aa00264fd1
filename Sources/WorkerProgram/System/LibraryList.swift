import Fleet
import Glibc
import Platform

/// The shared libraries that the dynamic loader would load with a program or a library, asked of itself.
enum LibraryList {
    /// Bytes of its answer.
    private static let limit = 1 << 20

    /// - Parameters:
    ///   - isLibrary: whether it is a library that this program loads.
    ///   - environment: what the program is started with besides this process's variables; they say where libraries are looked for.
    ///   - directory: where it is started, if not where this one was.
    /// - Returns: their paths, links resolved; empty for a program that loads none, nil where that cannot be found out.
    static func of(_ file: String, isLibrary: Bool, environment: [String: String] = [:], directory: String? = nil) -> [String]? {
        // A library names no loader; the one that would load it is this program's own.
        guard let loader = ELFProgram.interpreter(of: isLibrary ? OwnProgram.path : file) else { return isLibrary ? nil : [] }
        guard let pipe = DescriptorIO.pipe() else { return nil }
        defer { close(pipe.reading) }
        let variables = ChildProcess.environment(changing: environment.map { (name: $0.key, value: Array($0.value.utf8)) })
        let pid = try? ChildProcess([loader, "--list", file], environment: variables, directory: directory.map { Array($0.utf8) }, descriptors: [(0, .null), (1, .descriptor(pipe.writing)), (2, .null)]).start()
        close(pipe.writing)
        guard let pid else { return nil }
        let answer = DescriptorIO.readAll(pipe.reading, limit: limit) ?? []
        guard ProcessTermination.wait(for: pid) == .exited(0) else { return nil }
        return paths(String(decoding: answer, as: UTF8.self), in: directory)
    }

    /// `libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f…)`, `/lib64/ld-linux-x86-64.so.2 (0x…)`, `libx.so => not found`
    /// - Parameter directory: what a path is relative to.
    static func paths(_ answer: String, in directory: String? = nil) -> [String]? {
        if answer.contains("not found") { return nil }
        var paths: [String] = []
        for line in answer.split(separator: "\n") {
            guard let slash = line.firstIndex(of: "/"), let end = line.firstRange(of: " (")?.lowerBound, slash < end else { continue }
            let name = String(line[(line.firstRange(of: "=> ")?.upperBound ?? slash)..<end])
            let path = name.hasPrefix("/") ? name : (directory.map { $0 + "/" } ?? "") + name
            paths.append(LoadedLibrary.path(of: path) ?? path)
        }
        return paths.sorted()
    }
}
