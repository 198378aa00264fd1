extension PageScript {
    /// What opens below a file: its failures, each with its statement, its rows side by side and what followed from it.
    static let detail = #"""
        const KEYWORDS = new Set(("all alter analyze and as asc attach begin between by case cast check collate column commit constraint create cross current database default delete desc " +
          "describe distinct drop else end except exists explain false filter foreign from full glob group having if in index inner insert intersect into is join key lateral left like limit " +
          "natural not null offset on or order outer over partition pragma primary recursive references returning right rollback row rows select set show table temp then to transaction " +
          "trigger true truncate union unique update using values view when where window with").split(" "));
        function statement(sql) {
          const made = el("pre", { class: "statement" }), pattern = /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:[^']|'')*'?)|(\b\d+(?:\.\d+)?(?:e[+-]?\d+)?\b)|([A-Za-z_][A-Za-z_0-9]*)/gi;
          let end = 0;
          for (const found of sql.matchAll(pattern)) {
            const name = found[1] ? "r" : found[2] ? "q" : found[3] ? "n" : KEYWORDS.has(found[0].toLowerCase()) ? "w" : null;
            if (!name) continue;
            made.append(sql.slice(end, found.index), el("span", { class: name }, found[0]));
            end = found.index + found[0].length;
          }
          made.append(sql.slice(end));
          return made;
        }

        function cells(values, marked) {
          return values.map((value, column) => el("td", { class: value === "NULL" || value === "(empty)" ? "null" : value.length > 60 ? "long" : null },
            marked && marked.includes(column) ? el("mark", {}, value) : value));
        }
        function difference(block) {
          const width = Math.max(1, ...block.d.map(line => Array.isArray(line[1]) ? Math.max(line[1].length, Array.isArray(line[2]) ? line[2].length : 0) : 0));
          const row = (kind, word, sign, values, marked) => el("tr", { class: kind },
            el("th", { scope: "row" }, sign + " ", word ? el("span", {}, word) : el("span", { class: "unseen" }, "the same")), cells(values, marked), el("td", { class: "fill" }));
          const rows = block.d.flatMap(line => {
            switch (line[0]) {
            case "=": return [row("same", "", "\u00a0", line[1])];
            case "-": return [row("minus", "expected", "\u2212", line[1])];
            case ".": return [row("came", "got", "\u00a0", line[1])];
            case "+": return [row("plus", "got", "+", line[1])];
            case "~": return [row("minus", "expected", "\u2212", line[1], line[3]), row("plus", "got", "+", line[2], line[3])];
            default: return [el("tr", { class: "left" }, el("td", { colspan: width + 2 }, "\u2026 " + counted(line[1], "row") + " the same"))];
            }
          });
          const what = block.w === "rows" ? "Rows that differ, with those around them" : block.w === "values" ? "Values that differ; the record sorts values, so there are no rows"
            : block.w === "lines" ? "What was expected, and what came" : block.w[0].toUpperCase() + block.w.slice(1);
          return [el("div", { class: "difference", tabindex: "0", role: "region", "aria-label": what }, el("table", {}, el("caption", {}, what), el("tbody", {}, rows))),
            block.m ? el("p", { class: "dim" }, block.m) : null];
        }

        function failure(i, block) {
          const name = files.name[i], place = (block.f || name.split("/").pop()) + ":" + block.l;
          const made = el("div", { class: "failure" },
            el("h4", {}, el("a", { href: hash(name, block.l), title: "An address of this failure" }, place), el("span", {}, block.t),
              block.t.startsWith(block.k) ? null : el("span", { class: "kind" }, block.k)),
            (block.h || []).map(hint => el("p", { class: "hint" }, hint)),
            block.s ? statement(block.s) : null,
            block.d ? difference(block) : null);
          made.dataset.line = block.l;
          if (block.c) {
            const all = block.c.length + (block.cu || 0);
            made.append(el("details", { class: "consequences" }, el("summary", {}, counted(all, "record") + " failed in consequence"),
              el("ul", {}, block.c.map(([line, message, sql]) => el("li", {}, el("code", {}, "line " + line), " " + message + " ", el("code", { class: "dim" }, sql))),
                block.cu ? el("li", { class: "dim" }, "and " + count(block.cu) + " more") : null)));
          }
          return made;
        }

        function detail(i) {
          const made = el("div", { class: "detail", id: "d" + i });
          const figures = [counted(files.tests[i], "test") + " run", files.skipped[i] ? count(files.skipped[i]) + " skipped" : "", "took " + time(files.duration[i]),
            files.cpu[i] >= 0 ? "CPU " + time(files.cpu[i]) : "", files.worker[i] >= 0 ? "worker " + files.worker[i] + ", " + time(files.begin[i]) + " after the start" : ""];
          const said = i < failed ? data.failures[i] : null;
          if (said) {
            if (said.m) made.append(el("p", {}, said.m));
            if (said.s) made.append(el("p", {}, "It was at line " + count(said.s) + "; what is behind it was not run."));
            made.append(...(said.b || []).map(block => failure(i, block)));
            if (said.u) made.append(el("p", { class: "dim" }, "and " + count(said.u) + " more failed " + (said.u === 1 ? "record" : "records") + ", in records.jsonl"));
            if (said.o) made.append(el("p", { class: "dim" }, "The end of its output"), el("pre", {}, said.o));
          }
          if (isFlaky(i)) made.append(el("p", {}, "Flaky: " + files.flaky[i]));
          const reason = files.reason[i];
          if (reason !== undefined) made.append(el("p", {}, files.reasons[reason] || ""));
          made.append(el("p", { class: "dim" }, figures.filter(Boolean).join(", ") + (said && said.a ? ", try " + said.a : "")));
          if (said && said.r) made.append(el("p", { class: "again" }, el("span", { class: "dim" }, "Run it again:"), el("code", {}, said.r), copier(said.r)));
          return made;
        }
        function copier(text) {
          if (!navigator.clipboard) return null;
          const button = el("button", { type: "button", class: "quiet", onclick: () => navigator.clipboard.writeText(text).then(() => { button.textContent = "Copied"; }, () => { button.textContent = "Cannot copy"; }) }, "Copy");
          return button;
        }

        """#
}
