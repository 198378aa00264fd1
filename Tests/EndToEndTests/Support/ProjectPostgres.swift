import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// A PostgreSQL server of a test's own, in the folder of its project.
struct ProjectPostgres {
    /// Its data, its socket, and whatever a test puts there.
    let folder: String
    private let user = geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups" : ""

    /// For libpq.
    var connection: String { "host=\(folder) user=slt dbname=postgres" }

    /// The lines of `slt-remote.toml` that name it.
    var settings: String { "[engine]\nkind = \"postgres\"\nconnection = \"\(connection)\"\n" }

    /// Starts it.
    init(_ project: Project) async throws {
        folder = project.folder.file("pg")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let made = try await shell("""
            chmod 711 '\(project.folder.path)' '\(project.home)'; [ -z '\(user)' ] || chown postgres $d
            \(user) $bin/initdb -D $d/data -A trust -U slt --no-sync -E UTF8 >$d/out 2>&1
            """)
        try #require(made.code == 0, "\(made)")
        let up = try await start()
        try #require(up.code == 0, "\(up)")
    }

    private func shell(_ script: String) async throws -> RunningProgram.Finished {
        let head = "bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1); d='\(folder)'; export LC_ALL=C.UTF-8; cd /tmp\n"
        return try await RunningProgram.run(["/bin/sh", "-c", head + script], environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"])
    }

    @discardableResult
    func start() async throws -> RunningProgram.Finished {
        try await shell("\(user) $bin/pg_ctl -D $d/data -w -l $d/log -o \"-k $d -h '' -c fsync=off\" start >/dev/null 2>&1 </dev/null")
    }

    @discardableResult
    func stop() async throws -> RunningProgram.Finished { try await shell("\(user) $bin/pg_ctl -D $d/data -m immediate stop") }

    /// Starts it, and stops it after `body`, however that ends.
    static func serving(_ project: Project, _ body: (ProjectPostgres) async throws -> Void) async throws {
        let server = try await ProjectPostgres(project)
        do {
            try await body(server)
        } catch {
            try await server.stop()
            throw error
        }
        try await server.stop()
    }

    /// Values of a query, one a line.
    func values(_ sql: String) async throws -> [String] {
        let end = try await RunningProgram.run(["/usr/bin/psql", "-X", "-A", "-t", "-h", folder, "-U", "slt", "-d", "postgres", "-c", sql], environment: [:])
        return end.text.split(separator: "\n").map(String.init)
    }
}
