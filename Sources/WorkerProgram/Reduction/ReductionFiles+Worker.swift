import AgentProtocol
import Glibc
import Platform
import SQLLogicTest

extension ReductionFiles<SQLLogicTestError> {
    /// Those that the worker writes by itself.
    init(_ places: ReductionPlaces, reducing input: String) {
        self.init(places, reducing: input, at: ReductionState.here, Ways(
            write: { bytes, path throws(SQLLogicTestError) in
                if places.isStream { try Self.pass(bytes, to: path) } else { try WholeFile.write(bytes, to: path) }
            },
            refusal: { SQLLogicTestError(.usage, "\($0); move it away, or name another file with --output") },
            unwritten: { error, state in
                SQLLogicTestError(error.code, "\(error.message); what is left is kept in \(state), and the same command writes it once there is room")
            },
            warn: { _ = DescriptorIO.writeAll(2, Array(SafeText.block("slt-worker: \($0)\n").utf8)) }))
    }

    /// What is no regular file cannot be replaced.
    private static func pass(_ bytes: [UInt8], to path: String) throws(SQLLogicTestError) {
        let file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        defer { if file >= 0 { close(file) } }
        guard file >= 0, DescriptorIO.writeAll(file, bytes) else { throw SQLLogicTestError(.unwritable, "cannot write \(path): \(ErrorText.of())") }
    }
}
