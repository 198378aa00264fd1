import Platform
import Testing
@testable import TreeSync

@Suite("The last word of a side that gives up") struct AbortTests {
    private func decode(_ remedy: String) throws -> SyncError {
        let json = #"{"code":"massDeletion","message":"no","canRetry":false\#(remedy)}"#
        return try JSONPart.decode(Abort.self, [MessageKind.abort.rawValue] + Array(json.utf8)).error
    }

    @Test("brings what can be done about it")
    func remedy() throws {
        let error = SyncError(.massDeletion, "cannot sync: too much would go", remedy: .deleteAnyway, canRetry: true)
        #expect(try JSONPart.decode(Abort.self, Abort(error).encoded()).error == error)
    }

    @Test("is understood without a remedy, with one of another release, and with one that a peer must not give", arguments: [
        "", #","remedy":null"#, #","remedy":{"newer":{}}"#, #","remedy":{"advice":{"_0":"run this"}}"#, #","remedy":{"acceptHostKey":{"fingerprint":"f","check":"c","alias":"a"}}"#,
    ])
    func others(remedy: String) throws {
        let error = try decode(remedy)
        #expect(error.code == .massDeletion)
        #expect(error.message == "no")
        #expect(error.remedy == nil)
    }
}
