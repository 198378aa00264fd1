import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing
@testable import WorkerProgram

@Suite("What an external engine is") struct EngineInspectionTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func inspection(_ command: String, _ environment: [String: String] = [:], directory: EngineSpec.Directory? = nil) -> EngineInspection {
        let spec = EngineSpec(kind: .external, command: [command], environment: environment, directory: directory)
        return EngineInspection(spec: spec, workspace: folder.file("ws"), version: nil)
    }

    @discardableResult
    private func program(_ place: String) throws -> String {
        let path = try folder.write("#!/bin/sh\n", to: place)
        chmod(path, 0o755)
        return path
    }

    @Test("its program is looked for with the PATH that it gets")
    func path() throws {
        let own = try program("bin/slt-shim")
        #expect(inspection("slt-shim {db}").programFiles == [])
        #expect(inspection("slt-shim {db}", ["PATH": folder.file("bin") + ":/usr/bin:/bin"]).programFiles.first == own)
        // Relative to where it starts; a file that cannot be executed hides none.
        try folder.write("data", to: "ws/tools/slt-shim")
        #expect(inspection("slt-shim", ["PATH": "tools:" + folder.file("bin")]).programFiles.first == own)
        let nearer = try program("ws/tools/slt-shim")
        #expect(inspection("slt-shim", ["PATH": "tools:" + folder.file("bin")]).programFiles.first == nearer)
        #expect(inspection("slt-shim", ["PATH": "tools:/bin"], directory: .private).doubt?.hasPrefix("PATH names a folder") == true)
    }

    @Test("the interpreters of a script count")
    func interpreters() throws {
        let own = try program("bin/slt-python")
        try folder.write("#!/usr/bin/env slt-python\nx\n", to: "ws/shim.py")
        #expect(inspection("./shim.py {db}").programFiles.contains(own) == false)
        let files = inspection("./shim.py {db}", ["PATH": folder.file("bin") + ":/usr/bin:/bin"]).programFiles
        #expect(files.contains(own))
        #expect(files.contains { $0.hasSuffix("/env") || $0.hasSuffix("/coreutils") || $0.hasSuffix("/busybox") }, "\(files)")
    }

    @Test("a program that another one starts counts, and one that is not found is a doubt")
    func launched() throws {
        let own = try program("bin/slt-shim"), path = ["PATH": folder.file("bin") + ":/usr/bin:/bin"]
        let found = inspection("env A=1 slt-shim {db}", path)
        #expect(found.programFiles.contains(own))
        #expect(found.doubt == nil)
        #expect(inspection("env A=1 slt-none {db}", path).doubt == "the program that 'env' starts cannot be found")
        #expect(inspection("exec slt-shim {db}", path).doubt == nil)
    }

    @Test("what brings other code in, and what is no plain line, is a doubt", arguments: [
        ("sh shim.sh", ["LD_PRELOAD": "/x.so"], "LD_PRELOAD is set"), ("sh shim.sh", ["LD_AUDIT": "/x.so"], "LD_AUDIT is set"), ("sh shim.sh", ["BASH_ENV": "/x"], "BASH_ENV is set"),
        ("env PATH=/x shim", [:], "the engine's command sets PATH"), ("env LD_LIBRARY_PATH=/x shim", [:], "the engine's command sets LD_LIBRARY_PATH"),
        ("env -i sh", [:], "the engine's program is started by 'env'"), ("/usr/bin/sudo sh", [:], "the engine's program is started by 'sudo'"),
        ("sh -c 'shim'", [:], "the engine's command is more than plain words"), ("sh $SHIM", [:], "the engine's command is more"), ("true; sh", [:], "the engine's command is more"),
        ("sh {a,b}", [:], "the engine's command is more"), ("sh shim.sh", ["BASH_FUNC_sh%%": "() { :; }"], "'sh' in the engine's command is a function"),
    ])
    func doubts(command: String, environment: [String: String], reason: String) {
        #expect(inspection(command, environment).doubt?.hasPrefix(reason) == true)
    }

    @Test("a variable that is empty brings nothing in") func empty() { #expect(inspection("sh shim.sh {db}", ["LD_PRELOAD": ""]).doubt == nil) }

    @Test("libraries are looked for with the variables that the program gets")
    func libraries() throws {
        let plain = try #require(LibraryList.of("/bin/sh", isLibrary: false))
        let name = try #require(plain.first { $0.contains("libc.so") })
        let copy = folder.file("ws/lib/libc.so.6")
        try FileManager.default.createDirectory(atPath: folder.file("ws/lib"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: name, toPath: copy)
        for place in [folder.file("ws/lib"), "lib"] {
            let found = try #require(LibraryList.of("/bin/sh", isLibrary: false, environment: ["LD_LIBRARY_PATH": place], directory: folder.file("ws")))
            #expect(found.contains { $0.hasSuffix("/lib/libc.so.6") && $0.contains("ws/lib") }, "\(place): \(found)")
            #expect(!found.contains(name), "\(place): \(found)")
        }
    }
}
