import Fleet
import FoundationEssentials
import RemoteKit
@testable import Reports
import TestSupport
import Testing

/// The page as a browser shows it, driven as a reader drives it.
@Suite("The page in a browser", .serialized, .enabled(if: Browser.isExpected, Comment(rawValue: Browser.missing))) struct PageBrowserTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Writes a page of a made-up run, and opens it.
    private func open(_ browser: Browser, files: Int = 300, failures: Int = 12, fragment: String = "") async throws -> ReportedRun {
        let made = try PageRun(files: files, failures: failures)
        let run = try made.withPast(try made.reported())
        let text = HTMLReport(run, now: PageRun.start + 90_000).text()
        try folder.write(text, to: "page.html")
        try await browser.open(folder.file("page.html"), fragment: fragment)
        return run
    }

    private func count(_ browser: Browser, _ selector: String) async throws -> Int {
        Int(try await browser.evaluate("document.querySelectorAll(\(try Self.literal(selector))).length").number ?? -1)
    }

    private static func literal(_ text: String) throws -> String { String(decoding: try JSONEncoder().encode(text), as: UTF8.self) }

    @Test("it asks the network for nothing, complains of nothing and says the verdict")
    func isQuiet() async throws {
        let browser = try await Browser()
        _ = try await open(browser)
        #expect(try await browser.evaluate("document.querySelector('h1').textContent").text == "12 of 300 files failed")
        #expect(try await count(browser, "#list .row") == 12)
        try await browser.evaluate("document.querySelectorAll('#list .row').forEach(row => row.click())")
        #expect(try await count(browser, ".difference") > 5)
        #expect(browser.complaints.isEmpty, "\(browser.complaints)")
        #expect(browser.requests.filter { !$0.hasPrefix("about:") && !$0.hasPrefix("data:") } == ["file://\(folder.file("page.html"))"])
    }

    @Test("keys search, clear, move and open")
    func keys() async throws {
        let browser = try await Browser()
        let run = try await open(browser)
        try await browser.press("/")
        #expect(try await browser.evaluate("document.activeElement.id").text == "find")
        try await browser.type("hugeint")
        #expect(try await count(browser, "#list .row") == 1)
        #expect(try await browser.evaluate("document.getElementById('count').textContent").text?.hasPrefix("1 file with “hugeint”") == true)
        try await browser.press("Escape")
        #expect(try await count(browser, "#list .row") == 12)
        #expect(try await browser.evaluate("document.activeElement === document.body").bool == true)
        let focused = "document.activeElement.closest('li') && [...document.querySelectorAll('#list li')].indexOf(document.activeElement.closest('li'))"
        try await browser.press("j")
        let first = try await browser.evaluate(focused).number ?? -1
        try await browser.press("j")
        #expect(try await browser.evaluate(focused).number == first + 1)
        try await browser.press("ArrowDown")
        #expect(try await browser.evaluate(focused).number == first + 2)
        try await browser.press("k")
        try await browser.press("ArrowUp")
        #expect(try await browser.evaluate(focused).number == first)
        try await browser.press("Enter")
        #expect(try await browser.evaluate("document.activeElement.getAttribute('aria-expanded')").text == "true")
        #expect(try await count(browser, ".detail") == 1)
        #expect(try await browser.evaluate("location.hash").text == PageLink.text(run.failures[Int(first)].record.file))
        try await browser.press("Enter")
        #expect(try await count(browser, ".detail") == 0)
        #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    }

    @Test("filters by outcome and by group show what they count")
    func filters() async throws {
        let browser = try await Browser()
        _ = try await open(browser)
        let press = { (selector: String) async throws -> Void in try await browser.evaluate("document.querySelector(\(try Self.literal(selector))).click()") }
        try await press("#outcomes button[data-outcome='all']")
        #expect(try await browser.evaluate("document.getElementById('count').textContent").text == "300 files")
        #expect(try await count(browser, "#list .row") == 50)
        try await press("#more")
        #expect(try await count(browser, "#list .row") == 100)
        try await press(".group")
        let (shown, said) = (try await count(browser, "#list .row"), try await browser.evaluate("document.querySelector('.group').closest('tr').querySelector('td').textContent").text)
        #expect("\(shown)" == said)
        #expect(try await browser.evaluate("document.querySelector('.group').getAttribute('aria-pressed')").text == "true")
        try await press("#count button")
        #expect(try await count(browser, "#list .row") == 12)
        try await press("#outcomes button[data-outcome='flaky']")
        #expect(try await browser.evaluate("document.querySelector('.row .word').textContent").text == "flaky")
    }

    @Test("what is known to fail stands apart from what is not")
    func tellsKnown() async throws {
        let made = try PageRun(files: 60, failures: 6)
        let known = try made.reported().failures.filter { $0.record.outcome == .fail }.prefix(2).flatMap { file in
            file.blocks.map { KnownFailure(file: file.record.file, record: $0.failure.identity, kind: $0.failure.kind, reason: "waits for the new planner") }
        }
        try made.write(Array(try JSONEncoder().encode(KnownFailures(failures: known))), "known-failures.json")
        let run = try made.reported()
        try #require(run.known.count == 2)
        try folder.write(HTMLReport(run, now: PageRun.start).text(), to: "page.html")
        let browser = try await Browser()
        try await browser.open(folder.file("page.html"))
        #expect(try await count(browser, "#list .row") == 4)
        try await browser.evaluate("document.querySelector(\"#outcomes button[data-outcome='known']\").click()")
        #expect(try await count(browser, "#list .row") == 2)
        #expect(try await browser.evaluate("document.querySelector('.row .said').textContent").text?.contains("known to fail") == true)
        #expect(try await browser.evaluate("document.getElementById('known').textContent").text == "Known failures")
        #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    }

    @Test("an address leads to a file and to a record of it")
    func addresses() async throws {
        let browser = try await Browser()
        let made = try PageRun(files: 300, failures: 12)
        let file = try #require(try made.reported().failures.first { $0.blocks.count > 1 })
        _ = try await open(browser, fragment: PageLink.text(file.record.file, line: file.blocks[1].line))
        #expect(try await count(browser, ".detail") == 1)
        #expect(try await browser.evaluate("document.activeElement.querySelector('.path').textContent").text == file.record.file)
        // A file that passed is not among those that are shown at first.
        let passed = try #require(try made.reported().details.files.first { $0.outcome == .pass && !$0.isFlaky })
        try await browser.evaluate("location.hash = \(try Self.literal(PageLink.text(passed.file)))")
        #expect(try await eventually { try await browser.evaluate("document.activeElement.querySelector('.path')?.textContent").text == passed.file })
    }

    @Test("every control and picture has a name, every table its headers, and there is one main part")
    func isAccessible() async throws {
        let browser = try await Browser()
        _ = try await open(browser)
        try await browser.evaluate("document.querySelectorAll('#list .row').forEach(row => row.click())")
        let nodes = try await browser.call("Accessibility.getFullAXTree")["nodes"].list.filter { $0["ignored"].bool != true }
        let named: Set<String> = ["button", "link", "image", "img", "searchbox", "textbox", "combobox", "navigation", "region", "DisclosureTriangle"]
        let nameless = nodes.filter { named.contains($0["role"]["value"].text ?? "") && ($0["name"]["value"].text ?? "").isEmpty }
        #expect(nameless.isEmpty, "\(nameless.map { $0["role"]["value"] })")
        let roles = nodes.compactMap { $0["role"]["value"].text }
        for role in ["banner", "navigation", "main", "contentinfo", "search"] { #expect(roles.count { $0 == role } == 1, "\(role)") }
        #expect(try await count(browser, "main table tr:not(.left):not(:has(th[scope]))") == 0)
        // No heading leaves out a level.
        #expect(try await browser.evaluate("(() => { let last = 1; return [...document.querySelectorAll('h1,h2,h3,h4')].every(h => { const l = Number(h.tagName[1]), ok = l <= last + 1; last = l; return ok; }); })()").bool == true)
        #expect(try await count(browser, "[id]") == Int(try await browser.evaluate("new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size").number ?? 0))
    }

    /// Texts whose contrast with what is behind them is too low (WCAG 2.2, 1.4.3).
    private static let faint = #"""
        (() => {
          const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
          const rgba = colour => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
          const over = (top, under) => { const a = top[3] / 255; return [0, 1, 2].map(i => top[i] * a + under[i] * (1 - a)); };
          const light = c => { const f = v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }; return 0.2126 * f(c[0]) + 0.7152 * f(c[1]) + 0.0722 * f(c[2]); };
          const ground = e => { const c = rgba(getComputedStyle(e).backgroundColor); return e.parentElement ? over(c, c[3] === 255 ? c : ground(e.parentElement)) : over(c, [255, 255, 255]); };
          const bad = [];
          for (const e of document.body.querySelectorAll("*")) {
            if (e.closest("svg,script,noscript") || !e.getClientRects().length || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
            const style = getComputedStyle(e), under = e.closest(".group") || e.closest(".rows th")?.querySelector(".share") ? rgba(getComputedStyle(document.querySelector(".share rect")).fill) : ground(e);
            const a = light(over(rgba(style.color), under)), b = light(under), ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            const size = parseFloat(style.fontSize), large = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700;
            if (ratio < (large ? 3 : 4.5)) bad.push(e.tagName + "." + e.className + " " + ratio.toFixed(2) + " " + e.textContent.slice(0, 30));
          }
          return [...new Set(bad)].slice(0, 20);
        })()
        """#

    @Test("light and dark have their colours, each text enough contrast, and t changes between them", arguments: [false, true])
    func themes(isDark: Bool) async throws {
        let browser = try await Browser()
        try await browser.prefer(dark: isDark)
        _ = try await open(browser)
        try await browser.evaluate("document.querySelectorAll('#list .row').forEach(row => row.click()); document.querySelectorAll('details').forEach(part => { part.open = true; })")
        let ground = "getComputedStyle(document.documentElement).backgroundColor"
        let (light, dark) = ("rgb(251, 250, 247)", "rgb(22, 24, 27)")
        #expect(try await browser.evaluate(ground).text == (isDark ? dark : light))
        #expect(try await browser.evaluate(Self.faint).list == [])
        try await browser.press("t")
        #expect(try await browser.evaluate(ground).text == light)
        try await browser.press("t")
        #expect(try await browser.evaluate(ground).text == dark)
        #expect(try await browser.evaluate("document.getElementById('theme').textContent").text == "Theme: dark")
        #expect(try await browser.evaluate(Self.faint).list == [])
        try await browser.press("t")
        #expect(try await browser.evaluate(ground).text == (isDark ? dark : light))
    }

    @Test("nothing is wider than the window of a telephone", arguments: [390, 1280])
    func fits(width: Int) async throws {
        let browser = try await Browser()
        try await browser.resize(width: width, height: 844)
        _ = try await open(browser)
        try await browser.evaluate("document.querySelectorAll('#list .row').forEach(row => row.click()); document.querySelectorAll('details').forEach(part => { part.open = true; })")
        #expect(try await browser.evaluate("document.documentElement.scrollWidth").number == Double(width))
    }

    @Test("paper shows no controls")
    func prints() async throws {
        let browser = try await Browser()
        try await browser.prefer(dark: true, media: "print")
        _ = try await open(browser)
        #expect(try await browser.evaluate("[...document.querySelectorAll('.tools, #theme, #more, .keys')].every(part => getComputedStyle(part).display === 'none')").bool == true)
        #expect(try await browser.evaluate("getComputedStyle(document.documentElement).backgroundColor").text == "rgb(251, 250, 247)")
    }

    @Test("10,000 files with 1,000 failures are a page of at most 5 MB that opens and can be searched")
    func isLarge() async throws {
        let browser = try await Browser()
        _ = try await open(browser, files: 10_000, failures: 1000)
        let size = try FileManager.default.attributesOfItem(atPath: folder.file("page.html"))[.size] as? UInt64 ?? .max
        #expect(size <= 5_000_000)
        // A page that put each file into the document would take minutes on a slow machine.
        #expect(try await count(browser, "*") < 3000)
        try await browser.press("/")
        try await browser.type("order_9")
        #expect(try await browser.evaluate("document.getElementById('count').textContent").text?.contains("with “order_9”") == true)
        #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    }
}
