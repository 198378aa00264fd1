import Fleet
import Glibc
import Platform
import SQLLogicTest

extension OwnProgram {
    /// Whether its C library is inside, so that it can load no shared library.
    static var isStatic: Bool { !ELFProgram.hasInterpreter("/proc/self/exe") }

    /// Where the dynamic program lies that belongs to this one.
    private static var dynamicPlaces: [String] {
        ["\(folder)/slt-worker-dynamic", "\(folder)/../libexec/slt-remote/slt-worker-dynamic"]
    }

    /// Goes on as the dynamic program, with the same arguments, where this one is static.
    /// - Throws: `SQLLogicTestError` `engine` if it cannot be started.
    static func loadLibraries() throws(SQLLogicTestError) {
        guard isStatic else { return }
        for place in dynamicPlaces where access(place, X_OK) == 0 {
            var pointers = [strdup(place)] + (1..<max(1, Int(CommandLine.argc))).map { CommandLine.unsafeArgv[$0] } + [nil]
            execv(place, &pointers)
            throw SQLLogicTestError(.engine, "cannot start \(place): \(ErrorText.of())")
        }
        throw SQLLogicTestError(.engine, "cannot load a library: this program is static, and slt-worker-dynamic is not at \(dynamicPlaces.joined(separator: " nor ")); "
            + "install it there")
    }
}
