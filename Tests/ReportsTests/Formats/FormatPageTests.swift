import Fleet
import FoundationEssentials
@testable import Reports
import TestSupport
import Testing

@Suite("docs/formats.md") struct FormatPageTests {
    @Test("every key that is written or printed is on the page, and no other")
    func agrees() throws {
        let page = try FormatPage(), samples = try FormatSamples.all()
        for (heading, values) in samples {
            let found = try page.differences(heading, values.map { try ReportFormat.encoder.encode($0) }, areWhole: true)
            #expect(found == [], "\(found)")
        }
        #expect(page.headings == Set(samples.map(\.heading)).union(FormatSamples.printed))
    }

    @Test("a key that is missing, too many, of another type or not always there is told", arguments: [
        (#"{"name":"x"}"#, "'name' is on the page"), (#"{"name":"x","more":1}"#, "'more' is in a value and not on the page"), (#"{"name":1}"#, "'name' is integer, and string on the page"),
        (#"{}"#, "'name' is in not every value"),
    ])
    func finds(json: String, word: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("## A\n\n| key | type | since | meaning |\n| --- | --- | --- | --- |\n| `name` | string | 0.1 | x |\n| `other`? | [b](#b) | 0.1 | x |\n", to: "p.md")
        let found = try FormatPage(path).differences("A", [Data(json.utf8)], areWhole: true)
        #expect(found.contains { $0.contains(word) } != (word == "'name' is on the page"), "\(found)")
        #expect(found.contains("A: 'other' is on the page and in no value"))
        #expect(try FormatPage(path).differences("B", [], areWhole: true).count == 1)
    }
}
