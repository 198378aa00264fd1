import Glibc
import TestSupport
@testable import SQLLogicTest

/// A PostgreSQL server of the tests' own, on a Unix socket in a temporary folder. One serves all tests of a process; it
/// stops, and its folder goes, when the process ends, however it ends.
final class PrivatePostgres: Sendable {
    /// For libpq.
    let connection: String
    private let process: OpaqueProcess

    static let shared: Result<PrivatePostgres, any Error> = Result { try PrivatePostgres() }

    /// Debian keeps the server's programs out of the way.
    private static let programs = "ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1"

    private init() throws {
        // The server refuses to run as root; `postgres` is the user that its package makes.
        let asUser = geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups" : ""
        let script = """
            bin=$(\(Self.programs)); dir=$(mktemp -d /tmp/slt-pg-XXXXXX) || exit 1
            [ -z "\(asUser)" ] || chown postgres "$dir"
            cd "$dir"; export LC_ALL=C.UTF-8
            trap '' INT TERM
            if \(asUser) "$bin/initdb" -D "$dir/data" -A trust -U slt --no-sync -E UTF8 > "$dir/log" 2>&1; then
                \(asUser) "$bin/postgres" -D "$dir/data" -k "$dir" -h '' -c fsync=off -c full_page_writes=off >> "$dir/log" 2>&1 &
                pid=$!
                for i in $(seq 6000); do "$bin/pg_isready" -q -h "$dir" -U slt && break; sleep 0.05; done
                echo "$dir"; read -r wait
                kill -QUIT $pid; wait $pid
            else
                echo "failed: $(tail -3 "$dir/log" | tr '\\n' ' ')"
            fi
            cd /; rm -rf "$dir"
            """
        process = OpaqueProcess(try ShellCommand(Array(script.utf8), input: true, output: true))
        let answer = Whitespace.trimmed(String(decoding: process.child.read(), as: UTF8.self))
        guard answer.hasPrefix("/") else { throw PostgresFailure(description: "cannot start PostgreSQL: \(answer)") }
        connection = "host=\(answer) user=slt dbname=postgres"
    }
}

struct PostgresFailure: Error, CustomStringConvertible { var description: String }

/// The server's process is used while it starts, by one thread.
private struct OpaqueProcess: @unchecked Sendable {
    let child: ShellCommand
    init(_ child: ShellCommand) { self.child = child }
}
