import Fleet
import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// Runs on file systems that go wrong, in a mount namespace of their own.
@Suite struct DiskTests {
    /// Runs a shell script in the namespace, with `$P` the probe, `$W` a workspace of toy files and `$T` an empty folder; `settled` waits until run `$D` is no longer running.
    private func script(_ text: String, files: Int) async throws -> String {
        let fleet = try FleetFixture()
        try fleet.toys(Dictionary(uniqueKeysWithValues: (0..<files).map { ("f\($0).toy", "print \(String(repeating: "x", count: 500))\nfail") }))
        let settled = "settled() { for i in $(seq 6000); do \"$P\" status $D | grep -q '\"phase\":\"running\"' || break; sleep 0.05; done; }\n"
        let head = "P='\(FleetFixture.probe)'; W='\(fleet.workspace)'; T='\(fleet.folder.path)/t'; mkdir $T; exec 2>&1\n" + settled
        let file = try fleet.folder.write(head + text, to: "script.sh")
        return try await RunningProgram.run(MountNamespace.command + ["sh", file], environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]).text
    }

    @Test("a full disk ends the run with a clear error, and it goes on when there is room",
          .enabled(if: MountNamespace.refusal == nil, Comment(rawValue: MountNamespace.refusal ?? "")))
    func fullDisk() async throws {
        let said = try await script("""
            mount -t tmpfs -o size=1400k none $T && D=$("$P" create $T r $W 2) && head -c 500k /dev/zero >$T/ballast
            head -c 3M /dev/zero >$T/fill 2>/dev/null; truncate -s -16k $T/fill
            "$P" launch $D; settled
            "$P" status $D; rm $T/fill $T/ballast
            "$P" launch $D; settled
            echo; echo SECOND; "$P" status $D; ls $D/claims $D/tmp
            """, files: 60)
        let halves = said.split(separator: "SECOND")
        try #require(halves.count == 2, "\(said)")
        #expect(halves[0].contains("No space left on device"), "\(said)")
        let end = try #require(halves.dropFirst().first, "\(said)")
        #expect(end.contains(#""outcomes":{"fail":60}"#), "\(said)")
        #expect(end.contains(#""phase":"finished""#), "\(said)")
    }

    @Test("a run directory that cannot be written is an error of the launch, by name",
          .enabled(if: MountNamespace.refusal == nil, Comment(rawValue: MountNamespace.refusal ?? "")))
    func readOnly() async throws {
        let said = try await script("""
            mount -t tmpfs none $T && D=$("$P" create $T r $W 2) && mount --bind $T $T && mount -o remount,bind,ro $T && "$P" launch $D
            """, files: 1)
        #expect(said.contains("Read-only file system"), "\(said)")
        #expect(said.contains("cannot open"), "\(said)")
        #expect(said.contains("/runs/r/"), "\(said)")
    }

    @Test("results that cannot be written any more end the run by name, and it goes on when they can be",
          .enabled(if: MountNamespace.refusal == nil, Comment(rawValue: MountNamespace.refusal ?? "")))
    func readOnlyMidway() async throws {
        let said = try await script("""
            mount -t tmpfs none $T && echo 'until go' >$W/zlast.toy && D=$("$P" create $T r $W 2) && "$P" launch $D
            for i in $(seq 6000); do [ "$(ls $D/results/0 2>/dev/null | wc -l)" -ge 20 ] && break; sleep 0.05; done
            mount --bind $D/results $D/results && mount -o remount,bind,ro $D/results; touch $W/go
            settled
            "$P" status $D; umount $D/results
            "$P" launch $D; settled
            echo; echo SECOND; "$P" status $D; ls $D/claims $D/tmp
            """, files: 40)
        let halves = said.split(separator: "SECOND")
        try #require(halves.count == 2, "\(said)")
        #expect(halves[0].contains("cannot publish the result of file"), "\(said)")
        let end = try #require(halves.dropFirst().first, "\(said)")
        #expect(end.contains(#""outcomes":{"fail":40,"pass":1}"#), "\(said)")
        #expect(end.contains(#""phase":"finished""#), "\(said)")
    }

    @Test("a file system that has no room for one more file ends the run by name, and it goes on when there is room",
          .enabled(if: MountNamespace.refusal == nil, Comment(rawValue: MountNamespace.refusal ?? "")))
    func noInodes() async throws {
        let said = try await script("""
            mount -t tmpfs -o nr_inodes=1000 none $T && D=$("$P" create $T r $W 2) && mkdir $T/b
            i=0; while (: >$T/b/$i) 2>/dev/null; do i=$((i+1)); done; rm $T/b/?; rm $T/b/[1-6]?
            "$P" launch $D
            settled
            "$P" status $D; rm -r $T/b
            "$P" launch $D; settled
            echo; echo SECOND; "$P" status $D; ls $D/claims $D/tmp
            """, files: 100)
        let halves = said.split(separator: "SECOND")
        try #require(halves.count == 2, "\(said)")
        #expect(halves[0].contains("No space left on device"), "\(said)")
        let end = try #require(halves.dropFirst().first, "\(said)")
        #expect(end.contains(#""outcomes":{"fail":100}"#), "\(said)")
        #expect(end.contains(#""phase":"finished""#), "\(said)")
    }

    @Test("a clock that jumps, ahead or back, takes no file from a worker that lives", arguments: [-86_400, 86_400])
    func clockJump(_ seconds: Int) async throws {
        let fleet = try FleetFixture()
        try fleet.toys(["a.toy": "until go", "b.toy": "until go", "c.toy": "pass"])
        // More workers than files: those that have none look for claims to take over all the time.
        let directory = try fleet.make(workers: 4, lease: 12)
        try fleet.launch()
        #expect(try await eventually { try directory.status().running == 2 && directory.status().done == 1 })
        // What a worker sees of the clock of a shared disk are the times of the claims.
        let claims = directory.path + "/claims"
        for _ in 0..<60 {
            for name in try FileManager.default.contentsOfDirectory(atPath: claims) {
                var now = timeval()
                gettimeofday(&now, nil)
                now.tv_sec += seconds
                _ = utimes("\(claims)/\(name)", [now, now])
            }
            _ = try await eventually(within: .milliseconds(25)) { false }
        }
        try fleet.toys(["go": ""])
        let summary = try await fleet.summary()
        #expect(summary.outcomes == [.pass: 3])
        #expect(summary.lateResults == 0)
        #expect(summary.restarts == 0)
        #expect(try fleet.records().allSatisfy { $0.attempt == 1 })
    }
}
