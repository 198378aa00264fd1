import Glibc

/// A shared library loaded while the program runs. It is never unloaded: its functions may be in use.
struct SharedLibrary {
    private let handle: UnsafeMutableRawPointer
    private let path: String
    private let remedy: String

    /// - Parameters:
    ///   - path: as for `dlopen`.
    ///   - remedy: what to do when it cannot be used, for the message.
    init(_ path: String, flags: Int32 = 0, remedy: String) throws(SQLLogicTestError) {
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | flags) else {
            let reason = dlerror().map { String(cString: $0) } ?? "no reason given"
            throw SQLLogicTestError(.engine, "cannot load \(path): \(reason); \(remedy)")
        }
        self.handle = handle
        self.path = path
        self.remedy = remedy
    }

    func find(_ symbol: String) -> UnsafeMutableRawPointer? { dlsym(handle, symbol) }

    func require(_ symbol: String) throws(SQLLogicTestError) -> UnsafeMutableRawPointer {
        guard let address = find(symbol) else {
            throw SQLLogicTestError(.engine, "cannot use \(path): it has no \(symbol); \(remedy)")
        }
        return address
    }

    /// The function `symbol` as a C function of the type that is asked for.
    func call<Function>(_ symbol: String) throws(SQLLogicTestError) -> Function {
        unsafeBitCast(try require(symbol), to: Function.self)
    }
}
