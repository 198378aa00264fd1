extension PageScript {
    /// The list of files: a hundred rows at a time, as many as were asked for.
    static let list = #"""
        const list = byId("list"), more = byId("more"), find = byId("find");
        let found = [];

        function row(i) {
          const outcome = outcomes[files.outcome[i]], name = files.name[i], slash = name.lastIndexOf("/") + 1, said = i < failed ? data.failures[i] : null;
          const reason = files.reason[i] === undefined ? "" : files.reasons[files.reason[i]] || "";
          const title = said ? said.t.replace(outcome.word + ": ", "") : isFlaky(i) ? files.flaky[i] : reason;
          const extra = said ? [said.n ? "known to fail" : "", said.e, said.p].filter(Boolean) : [];
          const flaky = isFlaky(i) && outcome.tone === "pass";
          const button = el("button", { type: "button", class: "row", "aria-expanded": "false", "aria-controls": "d" + i, onclick: () => toggle(button) },
            el("span", { class: "word " + (flaky ? "flaky" : outcome.tone) }, flaky ? "flaky" : outcome.word),
            el("span", { class: "path" }, el("i", {}, name.slice(0, slash)), el("b", {}, name.slice(slash)), files.round.length ? el("i", {}, " round " + files.round[i]) : null),
            el("span", { class: "time" }, time(files.duration[i])),
            title === outcome.word && !extra.length || !title && !extra.length ? null
              : el("span", { class: "said" }, title === outcome.word ? null : title, extra.map(part => el("em", {}, part))));
          button.dataset.file = i;
          return el("li", {}, el("h3", {}, button));
        }
        function toggle(button, open) {
          const item = button.closest("li"), i = Number(button.dataset.file), shut = button.getAttribute("aria-expanded") === "true";
          if (open === true && shut) return;
          button.setAttribute("aria-expanded", String(!shut));
          if (shut) { item.querySelector(".detail").remove(); return; }
          item.append(detail(i));
          try { history.replaceState(null, "", hash(files.name[i])); } catch (error) { /* A page within another one may have no address. */ }
        }

        function render() {
          found = matching();
          list.replaceChildren(...found.slice(0, state.shown).map(row));
          const left = found.length - state.shown;
          more.hidden = left <= 0;
          more.textContent = "Show " + count(Math.min(PAGE, left)) + " more of " + count(left);
          for (const button of byId("outcomes").children) button.setAttribute("aria-pressed", String(button.dataset.outcome === state.outcome));
          for (const button of document.querySelectorAll(".group")) button.setAttribute("aria-pressed", String(Number(button.dataset.group) === state.group));
          const words = [found.length ? counted(found.length, "file") : "No file"];
          if (state.text) words.push("with \u201c" + state.text + "\u201d");
          if (state.group !== null) words.push("in the group \u201c" + data.groups[state.group] + "\u201d");
          if (data.left) words.push("(" + counted(data.left, "file") + " of the run stand only in records.jsonl)");
          const clear = state.text || state.group !== null ? el("button", { type: "button", onclick: clearAll }, "Show all") : null;
          byId("count").replaceChildren(words.join(" "), ...(clear ? [clear] : []));
        }
        function grow() {
          const begin = state.shown;
          state.shown += PAGE;
          list.append(...found.slice(begin, state.shown).map(row));
          const left = found.length - state.shown;
          more.hidden = left <= 0;
          more.textContent = "Show " + count(Math.min(PAGE, left)) + " more of " + count(left);
        }
        function change(changes) {
          Object.assign(state, changes, { shown: PAGE });
          render();
        }
        function clearAll() {
          find.value = "";
          change({ text: "", group: null });
        }

        const tally = new Map();
        for (let i = 0; i < total; i++) {
          for (const key of ["all", isKnown(i) ? "known" : isFailure(i) ? "failed" : String(files.outcome[i]), isFlaky(i) ? "flaky" : null]) if (key !== null) tally.set(key, (tally.get(key) || 0) + 1);
        }
        for (const key of ["failed", "known", "flaky", ...outcomes.keys().map(String), "all"]) {
          if (!tally.has(key)) continue;
          const word = key === "known" ? "known to fail" : sorts.has(key) && !outcomes[key] ? key : outcomes[key].word;
          byId("outcomes").append(el("button", { type: "button", "data-outcome": key, onclick: () => change({ outcome: key, group: key === "failed" ? state.group : null }) },
            word[0].toUpperCase() + word.slice(1), el("b", {}, count(tally.get(key)))));
        }
        for (const button of document.querySelectorAll(".group")) button.addEventListener("click", () => {
          const group = Number(button.dataset.group);
          change({ outcome: "failed", group: state.group === group ? null : group });
        });
        more.addEventListener("click", () => {
          const next = state.shown;
          grow();
          list.children[next]?.querySelector(".row").focus();
        });
        byId("order").addEventListener("change", event => change({ order: event.target.value }));
        find.addEventListener("input", () => change({ text: find.value.trim() }));

        // An address may name a file, or a record of it: #f=test/a.test:12
        function show(i, line) {
          if (!found.includes(i)) {
            find.value = "";
            change({ outcome: isKnown(i) ? "known" : isFailure(i) ? "failed" : "all", text: "", group: null });
          }
          const place = found.indexOf(i);
          while (state.shown <= place) grow();
          const button = list.children[place].querySelector(".row");
          toggle(button, true);
          button.focus({ preventScroll: true });
          const part = line ? [...list.children[place].querySelectorAll(".failure")].find(part => part.dataset.line === line) : null;
          (part || button).scrollIntoView({ block: "start" });
        }
        function follow() {
          if (!location.hash.startsWith("#f=")) return;
          let name;
          try { name = decodeURIComponent(location.hash.slice(3)); } catch (error) { return; }
          const whole = files.name.indexOf(name);
          if (whole >= 0) return show(whole, null);
          const colon = name.lastIndexOf(":"), i = files.name.indexOf(name.slice(0, colon));
          if (colon > 0 && i >= 0) show(i, name.slice(colon + 1));
        }
        render();
        follow();
        window.addEventListener("hashchange", follow);

        """#
}
