extension PageScript {
    /// Keys, and the theme.
    static let keys = #"""
        function move(step) {
          const rows = [...list.querySelectorAll(".row")], at = rows.indexOf(document.activeElement?.closest("#list li")?.querySelector(".row"));
          if (step > 0 && at === rows.length - 1 && !more.hidden) { grow(); return move(step); }
          const next = at < 0 ? rows.find(row => row.getBoundingClientRect().top >= 0) || rows[0] : rows[Math.min(rows.length - 1, Math.max(0, at + step))];
          next?.focus({ preventScroll: true });
          next?.scrollIntoView({ block: "nearest" });
        }
        document.addEventListener("keydown", event => {
          if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
          const target = event.target, isField = target.matches?.("input, select, textarea");
          if (event.key === "Escape") {
            if (state.text || state.group !== null) clearAll();
            if (isField) target.blur();
            return;
          }
          if (target === find && event.key === "ArrowDown") { event.preventDefault(); list.querySelector(".row")?.focus(); return; }
          if (isField) return;
          const inList = Boolean(target.closest?.("#list"));
          switch (event.key) {
          case "/": event.preventDefault(); find.focus(); find.select(); break;
          case "j": event.preventDefault(); move(1); break;
          case "k": event.preventDefault(); move(-1); break;
          case "ArrowDown": if (inList) { event.preventDefault(); move(1); } break;
          case "ArrowUp": if (inList) { event.preventDefault(); move(-1); } break;
          case "t": nextTheme(); break;
          }
        });

        const themes = ["auto", "light", "dark"];
        const stored = { get() { try { return localStorage.getItem("slt-remote-theme"); } catch (error) { return null; } },
          set(value) { try { localStorage.setItem("slt-remote-theme", value); } catch (error) { /* It holds for this page then. */ } } };
        let theme = "auto";
        function setTheme(value) {
          theme = themes.includes(value) ? value : "auto";
          if (theme === "auto") delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = theme;
          byId("theme").textContent = "Theme: " + theme;
        }
        function nextTheme() {
          setTheme(themes[(themes.indexOf(theme) + 1) % themes.length]);
          stored.set(theme);
        }
        byId("theme").addEventListener("click", nextTheme);
        setTheme(stored.get());

        """#
}
