import Fleet
import Glibc
import Platform

/// The shared libraries that the dynamic loader would load with a program or a library, asked of itself.
enum LibraryList {
    /// Bytes of its answer.
    private static let limit = 1 << 20

    /// - Parameter isLibrary: whether it is a library that this program loads.
    /// - Returns: their paths, links resolved; empty for a program that loads none, nil where that cannot be found out.
    static func of(_ file: String, isLibrary: Bool) -> [String]? {
        // A library names no loader; the one that would load it is this program's own.
        guard let loader = ELFProgram.interpreter(of: isLibrary ? OwnProgram.path : file) else { return isLibrary ? nil : [] }
        guard let pipe = DescriptorIO.pipe() else { return nil }
        defer { close(pipe.reading) }
        let pid = try? ChildProcess([loader, "--list", file], descriptors: [(0, .null), (1, .descriptor(pipe.writing)), (2, .null)]).start()
        close(pipe.writing)
        guard let pid else { return nil }
        let answer = DescriptorIO.readAll(pipe.reading, limit: limit) ?? []
        guard ProcessTermination.wait(for: pid) == .exited(0) else { return nil }
        return paths(String(decoding: answer, as: UTF8.self))
    }

    /// `libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f…)`, `/lib64/ld-linux-x86-64.so.2 (0x…)`, `libx.so => not found`
    static func paths(_ answer: String) -> [String]? {
        if answer.contains("not found") { return nil }
        var paths: [String] = []
        for line in answer.split(separator: "\n") {
            guard let slash = line.firstIndex(of: "/"), let end = line.firstRange(of: " (")?.lowerBound, slash < end else { continue }
            let path = String(line[(line.firstRange(of: "=> ")?.upperBound ?? slash)..<end])
            paths.append(LoadedLibrary.path(of: path) ?? path)
        }
        return paths.sorted()
    }
}
