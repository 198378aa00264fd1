import ArgumentParser
import Glibc

struct DigestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "digest", abstract: "Print the SHA-256 of this program; the client checks it after the upload.", shouldDisplay: false)

    func run() throws {
        guard let digest = FileDigest.of("/proc/self/exe") else {
            write("slt-worker: cannot read this program\n", to: 2)
            throw ExitCode(EX_OSERR)
        }
        print(digest)
    }
}
