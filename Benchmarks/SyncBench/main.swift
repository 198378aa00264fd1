import Glibc
import TestSupport

// Usage: sync-bench PROGRAM [--rounds N] [--only TEXT]… [--million] [--no-extras]
// PROGRAM is a release build of slt-remote, with slt-worker beside it.
var arguments = CommandLine.arguments.dropFirst()
guard let program = arguments.popFirst().flatMap({ realpath($0, nil) }).map({ String(cString: $0) }) else {
    Output.line("usage: sync-bench PROGRAM [--rounds N] [--only TEXT]… [--million] [--no-extras]")
    exit(64)
}
var plan = Bench.Plan()
while let argument = arguments.popFirst() {
    switch argument {
    case "--rounds": plan.rounds = max(1, arguments.popFirst().flatMap { Int($0) } ?? 5)
    case "--only": plan.only.append(arguments.popFirst() ?? "")
    case "--million": plan.includesMillion = true
    case "--no-extras": plan.includesExtras = false
    default:
        Output.line("sync-bench: unknown argument \(argument)")
        exit(64)
    }
}
/// In a function, so that the server and the trees are gone when it returns; `exit` would leave them.
func isKept(_ program: String, _ plan: Bench.Plan) throws -> Bool { try Bench(program: program, plan: plan).run() }

do {
    exit(try isKept(program, plan) ? 0 : 1)
} catch {
    Output.line("sync-bench: \(error)")
    exit(2)
}
