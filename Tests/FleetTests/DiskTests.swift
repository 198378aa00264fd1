import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// Runs on file systems that go wrong, in a mount namespace of their own.
@Suite struct DiskTests {
    /// Runs a shell script in the namespace, with `$P` the probe, `$W` a workspace of toy files and `$T` an empty folder.
    private func script(_ text: String, files: Int) async throws -> String {
        let fleet = try FleetFixture()
        try fleet.toys(Dictionary(uniqueKeysWithValues: (0..<files).map { ("f\($0).toy", "print \(String(repeating: "x", count: 500))\nfail") }))
        let output = fleet.folder.file("output")
        let head = "P='\(FleetFixture.probe)'; W='\(fleet.workspace)'; T='\(fleet.folder.path)/t'; mkdir $T; exec >'\(output)' 2>&1\n"
        let file = try fleet.folder.write(head + text, to: "script.sh")
        let flags = geteuid() == 0 ? "-m" : "-rm"
        var pid: pid_t = 0
        let arguments: [UnsafeMutablePointer<CChar>?] = ["unshare", flags, "sh", file].map { (text: String) in strdup(text) } + [nil]
        defer { for argument in arguments { free(argument) } }
        #expect(posix_spawnp(&pid, "unshare", nil, nil, arguments, environ) == 0)
        let child = pid
        #expect(try await eventually(within: .seconds(30)) { waitpid(child, nil, WNOHANG) != 0 })
        return String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self)
    }

    @Test("a full disk ends the run with a clear error, and it goes on when there is room")
    func fullDisk() async throws {
        let said = try await script("""
            mount -t tmpfs -o size=1400k none $T && D=$($P create $T r $W 2) && head -c 500k /dev/zero >$T/ballast
            head -c 3M /dev/zero >$T/fill 2>/dev/null; truncate -s -16k $T/fill
            $P launch $D; for i in $(seq 200); do $P status $D | grep -q '"phase":"running"' || break; sleep 0.05; done
            $P status $D; rm $T/fill $T/ballast
            $P launch $D; for i in $(seq 200); do $P status $D | grep -q '"phase":"running"' || break; sleep 0.05; done
            echo; echo SECOND; $P status $D; ls $D/claims $D/tmp
            """, files: 60)
        let halves = said.split(separator: "SECOND")
        try #require(halves.count == 2, "\(said)")
        #expect(halves[0].contains("No space left on device") || halves[0].contains("no space left"), "\(said)")
        #expect(halves[1].contains(#""outcomes":{"fail":60}"#) && halves[1].contains(#""phase":"finished""#), "\(said)")
    }

    @Test("a run directory that cannot be written is an error of the launch, by name")
    func readOnly() async throws {
        let said = try await script("""
            mount -t tmpfs none $T && D=$($P create $T r $W 2) && mount -o remount,ro $T && $P launch $D
            """, files: 1)
        #expect(said.contains("Read-only file system") && said.contains("cannot open") && said.contains("/runs/r/"), "\(said)")
    }
}
