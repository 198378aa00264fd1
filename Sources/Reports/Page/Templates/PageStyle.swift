/// How the page looks. Colours are pairs for light and dark; each text has a contrast of 4.5 or more on what it stands on (WCAG 2.2, 1.4.3).
enum PageStyle {
    static let text = base + PageStyle.files + PageStyle.charts

    private static let base = #"""

        :root {
          color-scheme: light dark;
          --paper: light-dark(#fbfaf7, #16181b);
          --sheet: light-dark(#ffffff, #1d2024);
          --shade: light-dark(#f2f0ea, #24282d);
          --rule: light-dark(#dedad0, #363b42);
          --ink: light-dark(#1c1b19, #e8e5df);
          --dim: light-dark(#625e56, #a5a29b);
          --link: light-dark(#1d4f91, #8db8f2);
          --fail: light-dark(#a8261d, #ff8f84);
          --pass: light-dark(#23693c, #83cd97);
          --aside: light-dark(#7a5200, #e3b85c);
          --flaky: light-dark(#6a3d9a, #c9a5f2);
          --fail-fill: light-dark(#c8473c, #d9645a);
          --pass-fill: light-dark(#6da57e, #4c8a60);
          --aside-fill: light-dark(#cfa24a, #94733a);
          --flaky-fill: light-dark(#8e63bd, #9a78c4);
          --fail-wash: light-dark(#fbe9e6, #3c2422);
          --pass-wash: light-dark(#e6f2e9, #1f3327);
          --aside-wash: light-dark(#f8efda, #352c1b);
          --mono: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
        }
        :root[data-theme="light"] { color-scheme: light; }
        :root[data-theme="dark"] { color-scheme: dark; }
        *, ::before, ::after { box-sizing: border-box; }
        html { background: var(--paper); color: var(--ink); scroll-padding-top: 5rem; -webkit-text-size-adjust: 100%; }
        body { margin: 0 auto; max-width: 74rem; padding: 1.25rem clamp(1rem, 3vw, 2.5rem) 4rem;
          font: 400 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif;
          font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
        h1, h2, h3, p, dl, dd, ul, ol, pre, figure { margin: 0; padding: 0; }
        ul, ol { list-style: none; }
        code, pre, kbd, .path { font-family: var(--mono); font-size: .867em; }
        a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: .18em; }
        a.path { text-decoration: none; }
        a.path:hover { text-decoration: underline; }
        small { font-size: .8em; }
        b { font-weight: 650; }
        .dim { color: var(--dim); }
        .fail { color: var(--fail); }
        .pass { color: var(--pass); }
        .aside { color: var(--aside); }
        .flaky { color: var(--flaky); }
        .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
        .skip { position: absolute; left: 1rem; top: -4rem; padding: .5rem .9rem; background: var(--ink); color: var(--paper); border-radius: 0 0 6px 6px; z-index: 9; }
        .skip:focus { top: 0; }
        :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
        h2:focus { outline: none; }
        button, input, select { font: inherit; color: inherit; }
        button { cursor: pointer; }
        .quiet { white-space: nowrap; border: 1px solid var(--rule); background: none; border-radius: 6px; padding: .2rem .65rem; font-size: .85rem; color: var(--dim); }
        .quiet:hover { color: var(--ink); border-color: var(--dim); }
        kbd { border: 1px solid var(--rule); border-bottom-width: 2px; border-radius: 4px; padding: 0 .35em; background: var(--sheet); color: var(--ink); }

        .top { display: flex; gap: 1rem; align-items: baseline; justify-content: space-between; }
        .where { color: var(--dim); font-size: .9rem; }
        .where strong { color: var(--ink); font-weight: 650; margin-right: .6em; }
        h1 { font-size: clamp(1.75rem, 1.2rem + 2.4vw, 2.6rem); font-weight: 680; letter-spacing: -.022em; line-height: 1.12; margin: 1.4rem 0 .55rem; }
        h2 { font-size: 1.2rem; font-weight: 650; letter-spacing: -.01em; margin: 3rem 0 .75rem; }
        .origin { display: flex; flex-wrap: wrap; gap: .15rem 1.4rem; font-size: .9rem; }
        .origin div { display: flex; gap: .45em; }
        .origin dt { color: var(--dim); }
        .caveat { margin-top: .9rem; padding: .55rem .85rem; border-left: 3px solid var(--aside-fill); background: var(--aside-wash); border-radius: 0 6px 6px 0; }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 1.1rem 1.5rem; margin-top: 1.6rem; border-top: 1px solid var(--rule); padding-top: 1.1rem; }
        .figures dt { color: var(--dim); font-size: .8rem; }
        .figures dd { font-size: 1.45rem; font-weight: 620; letter-spacing: -.015em; line-height: 1.25; }
        nav { display: flex; flex-wrap: wrap; gap: .1rem 1.2rem; margin-top: 1.5rem; padding: .55rem 0; border-block: 1px solid var(--rule); font-size: .9rem; }
        nav a { color: var(--dim); text-decoration: none; }
        nav a:hover { color: var(--ink); text-decoration: underline; }
        .figures small { display: block; font-size: .8rem; font-weight: 400; letter-spacing: 0; color: var(--dim); line-height: 1.35; }

        details > summary { cursor: pointer; }
        .lead { margin-bottom: .75rem; }
        .changes { border-top: 1px solid var(--rule); }
        .changes:last-of-type { border-bottom: 1px solid var(--rule); }
        .changes > summary { padding: .42rem 0; }
        .changes > summary b { margin-left: .35em; }
        .changes ul { padding: 0 0 .7rem 1.35rem; }
        .changes li { padding: .16rem 0; display: flex; flex-wrap: wrap; gap: 0 1rem; align-items: baseline; min-width: 0; }
        .changes li > * { overflow-wrap: anywhere; min-width: 0; }
        .changes .sql { color: var(--dim); flex-basis: 100%; }
        .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 0 3rem; }
        .pair > * { min-width: 0; }
        .identity { columns: 24rem 2; column-gap: 3rem; font-size: .9rem; }
        .identity div { display: grid; grid-template-columns: 8.5rem 1fr; gap: .75rem; padding: .22rem 0; break-inside: avoid; }
        .identity dt { color: var(--dim); }
        .identity dd { overflow-wrap: anywhere; }
        .block-title { margin-top: 1.2rem; color: var(--dim); font-size: .85rem; }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--shade); border-radius: 6px; padding: .65rem .85rem; margin-top: .35rem; line-height: 1.45; tab-size: 4; }
        .about details { margin-top: 1rem; }
        footer { margin-top: 3.5rem; border-top: 1px solid var(--rule); padding-top: 1rem; font-size: .85rem; }

        table { border-collapse: collapse; width: 100%; }
        th { font-weight: inherit; text-align: left; }
        .rows { font-size: .9rem; }
        .rows td, .rows th { padding: .3rem 0 .3rem 1rem; border-bottom: 1px solid var(--rule); vertical-align: baseline; }
        .rows td:first-child, .rows th:first-child { padding-left: 0; overflow-wrap: anywhere; }
        .rows td:last-child { text-align: right; white-space: nowrap; }
        .rows th[scope="row"] { position: relative; }
        .numbers thead th { color: var(--dim); font-size: .8rem; }
        .numbers td:nth-child(n+4), .numbers th:nth-child(n+4) { text-align: right; white-space: nowrap; }
        .numbers .current { background: var(--shade); }
        .rows th small { display: block; color: var(--dim); font-size: .9em; }
        .scroll { overflow-x: auto; }
        .share { position: absolute; inset: 2px 0 2px 0; width: 100%; height: calc(100% - 4px); z-index: -1; }
        .share rect { fill: var(--shade); }
        .rows th, .groups th { isolation: isolate; }
        @media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } .chevron { transition: transform .12s; } }
        """#
}
