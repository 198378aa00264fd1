import AgentProtocol
import FoundationEssentials
import Platform
import RemoteKit

extension ReductionFiles<RemoteError> {
    /// Those that the client writes.
    init(_ places: ReductionPlaces, reducing input: String, at place: String) {
        self.init(places, reducing: input, at: place, Ways(
            write: { bytes, path throws(RemoteError) in try WholeOutput.write(bytes, to: path) },
            refusal: { RemoteError(.usage, $0, remedy: .advice("move it away, or name another file with --output")) },
            unwritten: { error, state in
                RemoteError(error.code, "\(error.message); what is left is kept in \(state)", remedy: .advice("make room there and run the same command again, which writes it"))
            },
            warn: { Terminal.shared.say($0) }))
    }

    /// Where reproducers of a whole run go, as `1.test` and `1.sql`.
    /// - Throws: ``RemoteError`` `usage` where another file is there, such as a test.
    static func check(folder: String, most: Int) throws(RemoteError) {
        for number in 1...max(1, most) {
            for (ending, mark) in [("test", "#"), ("sql", "--")] {
                let path = "\(folder)/\(number).\(ending)"
                guard let there = FileManager.default.contents(atPath: path), !there.isEmpty, !there.starts(with: "\(mark) Reduced from ".utf8) else { continue }
                throw RemoteError(.usage, "cannot write \(path): another file is there", remedy: .advice("move it away, or name another folder with --output"))
            }
        }
    }
}
