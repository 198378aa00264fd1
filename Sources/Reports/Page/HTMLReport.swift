import Mustache
import Platform

/// A run as one page for a browser. It needs nothing besides: no network, no server, no other file.
public struct HTMLReport: Sendable {
    let run: ReportedRun
    /// Seconds since 1970.
    let now: Double

    /// - Parameters:
    ///   - run: with the run before it and the last runs, as far as they are to be told.
    ///   - now: seconds since 1970, for what is told of the past.
    public init(_ run: ReportedRun, now: Double) {
        self.run = run
        self.now = now
    }

    /// The page, at most 5 MB.
    ///
    /// Scripts and styles run by a number that nobody could know who wrote a file's name, a statement or a message: markup in these would do nothing even
    /// where it was not escaped (Content Security Policy Level 3, `nonce-source`).
    public func text() -> String {
        var random = SystemRandomNumberGenerator()
        return text(nonce: Hex.encode(random.next() as UInt64) + Hex.encode(random.next() as UInt64))
    }

    func text(nonce: String) -> String {
        _ = PageText.registration
        guard let template = try? MustacheTemplate(string: PageTemplate.text) else { preconditionFailure("the page's template cannot be read") }
        return template.render(PageModel(self, nonce: nonce))
    }
}
