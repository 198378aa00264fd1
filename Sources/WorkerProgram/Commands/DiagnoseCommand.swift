import AgentProtocol
import ArgumentParser
import Fleet
import FoundationEssentials
import Glibc
import Platform
import SQLLogicTest

/// What the agent starts for a closer look at a file: a `DiagnosisRequest` as JSON on standard input, a line of JSON for each `DiagnosisAnswer`.
struct DiagnoseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "diagnose", abstract: "Take a closer look at a file.", shouldDisplay: false)

    func run() throws {
        guard let bytes = DescriptorIO.readQuestion(0), let request = try? JSONDecoder().decode(DiagnosisRequest.self, from: Data(bytes)) else {
            throw ExitCode(EX_DATAERR)
        }
        PendingSignal.watch()
        // Writing tells it, and what is left behind is removed first.
        signal(SIGPIPE, SIG_IGN)
        do throws(SQLLogicTestError) {
            try Diagnosis(request) { Self.tell($0) }.run()
        } catch {
            Self.tell(.refused(DiagnosisRefusal(isEngine: error.code == .engine, message: error.message)))
        }
        _exit(0)
    }

    private static func tell(_ answer: DiagnosisAnswer) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        guard let line = try? encoder.encode(answer) else { return }
        if !DescriptorIO.writeAll(1, Array(line) + [0x0A]) { PendingSignal.note(SIGPIPE) }
    }
}

extension DescriptorIO {
    /// A question that ends with its first line end, or with the stream.
    fileprivate static func readQuestion(_ descriptor: Int32) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.last != 0x0A {
            guard let some = read(descriptor, limit: 64 << 10) else { return nil }
            if some.isEmpty { break }
            bytes += some
        }
        return bytes
    }
}
