/// What the page does: it lists files on demand, opens failures, searches, and follows keys. Text is set as text only, never as markup.
enum PageScript {
    static let text = "\n(() => {\n\"use strict\";\n" + state + PageScript.detail + PageScript.list + PageScript.keys + PageScript.timeline + "\n})();\n"

    private static let state = #"""
        const data = JSON.parse(document.getElementById("data").textContent);
        const files = data.files, total = files.name.length, PAGE = 50;
        const byId = id => document.getElementById(id);
        const outcomes = data.outcomes.map(([word, tone]) => ({ word, tone }));
        const isFailure = i => outcomes[files.outcome[i]].tone === "fail";
        const failed = data.failures.length;
        const isKnown = i => i < failed && data.failures[i].n === 1;
        const state = { outcome: data.failures.some(failure => !failure.n) ? "failed" : failed ? "known" : "all", text: "", group: null, order: "name", shown: PAGE };

        function el(tag, attributes, ...children) {
          const made = document.createElement(tag);
          for (const [name, value] of Object.entries(attributes || {})) {
            if (value === null || value === undefined || value === false) continue;
            if (name === "class") made.className = value;
            else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
            else made.setAttribute(name, value === true ? "" : value);
          }
          for (const child of children.flat()) if (child !== null && child !== undefined && child !== "") made.append(child);
          return made;
        }
        const count = number => String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
        const counted = (number, noun) => count(number) + " " + noun + (number === 1 ? "" : "s");
        function time(ms) {
          if (!(ms >= 0)) return "";
          const s = ms / 1000;
          if (s < 0.0995) return Math.round(ms) + "ms";
          if (s < 9.95) return s.toFixed(1) + "s";
          const whole = Math.round(s), two = n => String(n).padStart(2, "0");
          if (whole < 60) return whole + "s";
          if (whole < 3600) return Math.floor(whole / 60) + "m" + two(whole % 60) + "s";
          return Math.floor(whole / 3600) + "h" + two(Math.floor(whole / 60) % 60) + "m";
        }
        const hash = (name, line) => "#f=" + (name + (line ? ":" + line : "")).replace(/[^A-Za-z0-9\-_.~\/:]+/g, encodeURIComponent);

        // What is searched of a file: its name, and of a failed one all that is said of it.
        const hay = new Array(total);
        function text(i) {
          if (hay[i] === undefined) {
            const failure = data.failures[i], reason = files.reason[i];
            const values = value => value !== null && typeof value === "object" ? Object.values(value).map(values).join("\n") : String(value);
            hay[i] = (files.name[i] + "\n" + (i < failed ? values(failure) : reason === undefined ? "" : files.reasons[reason] || "")).toLowerCase();
          }
          return hay[i];
        }
        const isFlaky = i => files.flaky[i] !== undefined;
        const sorts = new Map([["all", i => true], ["failed", i => isFailure(i) && !isKnown(i)], ["known", isKnown], ["flaky", isFlaky]]);
        outcomes.forEach((outcome, number) => { if (outcome.tone !== "fail") sorts.set(String(number), i => files.outcome[i] === number); });

        function matching() {
          const sort = sorts.get(state.outcome), words = state.text.toLowerCase().split(/\s+/).filter(Boolean), found = [];
          for (let i = 0; i < total; i++) {
            if (!sort(i)) continue;
            if (state.group !== null && !(i < failed && data.failures[i].g.includes(state.group))) continue;
            if (words.length && !words.every(word => text(i).includes(word))) continue;
            found.push(i);
          }
          if (state.order === "long") found.sort((a, b) => files.duration[b] - files.duration[a] || a - b);
          return found;
        }

        """#
}
