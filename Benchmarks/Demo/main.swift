// Shows the real programs doing their job on this machine alone: a private SSH server on loopback is the host.
// usage: slt-demo FOLDER-OF-THE-PROGRAMS
// Exits with 0 if every command ended as it should.
import Glibc
import TestSupport

guard CommandLine.arguments.count == 2 else {
    print("usage: slt-demo FOLDER-OF-THE-PROGRAMS")
    exit(2)
}
Interruption.watch()
exit(Demonstration.perform(programs: CommandLine.arguments[1]))
