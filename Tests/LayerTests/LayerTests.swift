import FoundationEssentials
import Testing

/// The arrows between the modules, as the import lines draw them. Comments are not parsed: an import begins its line.
struct LayerTests {
    /// What each module may import of this package's own.
    static let allowed: [String: Set<String>] = [
        "Platform": ["CPlatform"],
        "Wire": ["Platform"],
        "SSH": ["Wire", "Platform", "CLibSSH2", "CCounterMode"],
        "TreeSync": ["Wire", "Platform", "CZstd", "CXXHash", "CMalloc"],
        "SQLLogicTest": ["Platform", "CSQLite", "CMD", "CRE2"],
        "Fleet": ["Platform", "CFleet"],
        "AgentProtocol": ["Fleet", "TreeSync", "Wire", "Platform"],
        "RemoteKit": ["AgentProtocol", "SSH", "TreeSync", "Fleet", "Wire", "Platform", "CArchive"],
        "Reports": ["RemoteKit", "AgentProtocol", "TreeSync", "Fleet", "Wire", "Platform"],
        "slt-remote": ["Reports", "RemoteKit", "AgentProtocol", "SSH", "TreeSync", "Fleet", "Wire", "Platform"],
        "WorkerProgram": ["AgentProtocol", "Fleet", "TreeSync", "SQLLogicTest", "Wire", "Platform", "CMD"],
        "slt-worker": ["WorkerProgram"],
        "slt-worker-dynamic": ["WorkerProgram"],
    ]

    /// What the program that is uploaded may import of others: nothing that brings Foundation, ICU or a shared library.
    static let workerMayUse: Set<String> = ["Glibc", "Synchronization", "FoundationEssentials", "ArgumentParser", "Subprocess", "SystemPackage"]
    static let worker = ["Platform", "Wire", "TreeSync", "SQLLogicTest", "Fleet", "AgentProtocol", "WorkerProgram", "slt-worker", "slt-worker-dynamic"]

    @Test("a module imports only those below it", arguments: allowed.keys.sorted())
    func pointsDown(module: String) throws {
        let own = try Set(Sources.modules())
        let allowed = try #require(Self.allowed[module])
        for found in try Sources.imports(of: module) where own.contains(found.module) {
            #expect(allowed.contains(found.module), "\(found.file) imports \(found.module)")
        }
    }

    @Test("whatever the worker links imports nothing that makes it large or needs a library on the host", arguments: worker)
    func isLight(module: String) throws {
        let own = try Set(Sources.modules())
        for found in try Sources.imports(of: module) where !own.contains(found.module) {
            #expect(Self.workerMayUse.contains(found.module), "\(found.file) imports \(found.module)")
        }
    }

    @Test("every module has its place in the layers")
    func complete() throws {
        let swift = try Sources.modules().filter { try !Sources.files(of: $0).isEmpty }
        #expect(Set(swift) == Set(Self.allowed.keys))
    }

    @Test("the readers of import lines see what Swift sees", arguments: [
        ("import Fleet", "Fleet"), ("public import Wire", "Wire"), ("@testable import SSH", "SSH"), ("  import Glibc // why", "Glibc"),
        ("@preconcurrency internal import CSQLite", "CSQLite"), ("import struct FoundationEssentials.Data", "FoundationEssentials"),
        ("import Foundation.NSString", "Foundation"), ("@_spi(Testing) import Fleet", "Fleet"),
    ])
    func reads(line: String, module: String) {
        #expect(Sources.module(importedBy: line[...]) == module)
    }

    @Test("other lines import nothing", arguments: ["// import Fleet", "let important = 1", "", "important Fleet", "print(\"import Fleet\")"])
    func ignores(line: String) {
        #expect(Sources.module(importedBy: line[...]) == nil)
    }
}
