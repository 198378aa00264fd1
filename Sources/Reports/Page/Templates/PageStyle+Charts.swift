extension PageStyle {
    /// Drawings, paper, and colours that somebody else chose.
    static let charts = #"""

        svg { display: block; }
        .bar { width: 100%; height: 14px; margin-top: 1.5rem; border-radius: 4px; overflow: hidden; background: var(--shade); }
        .bar .fail, path.fail { fill: var(--fail-fill); }
        .bar .pass, path.pass { fill: var(--pass-fill); }
        .bar .aside, path.aside { fill: var(--aside-fill); }
        path.flaky { fill: var(--flaky-fill); }
        .stripe { fill: var(--paper); opacity: .55; }
        .legend { display: flex; flex-wrap: wrap; gap: .2rem 1.3rem; margin-top: .55rem; font-size: .9rem; }
        .key { display: inline-block; width: .72rem; height: .72rem; border-radius: 2px; margin-right: .5rem; background: var(--aside-fill); vertical-align: -.04rem; }
        .key.fail { background: repeating-linear-gradient(45deg, var(--fail-fill) 0 2.5px, var(--fail-wash) 2.5px 4px); }
        .key.pass { background: var(--pass-fill); }
        .key.aside { background: radial-gradient(var(--aside-wash) 30%, var(--aside-fill) 34%) 0 0 / 4px 4px; }
        .chart { display: grid; grid-template-columns: 4.6rem minmax(0, 1fr); gap: .75rem; align-items: center; margin-bottom: .55rem; }
        .axis { text-align: right; font-size: .8rem; color: var(--dim); line-height: 1.25; }
        .axis small { display: block; font-size: .95em; }
        #bars { cursor: crosshair; background: var(--sheet); border: 1px solid var(--rule); border-radius: 4px; }
        .track { fill: var(--shade); }
        .use { background: var(--sheet); border: 1px solid var(--rule); border-radius: 4px; }
        .area { fill: var(--link); opacity: .16; }
        .line { fill: none; stroke: var(--link); stroke-width: 1.3px; vector-effect: non-scaling-stroke; }
        .ticks p { display: flex; justify-content: space-between; font-size: .8rem; color: var(--dim); }
        .shapes { font-size: .85rem; color: var(--dim); margin: .25rem 0 .25rem 5.35rem; }
        .shapes .key { background: var(--aside-fill); border-radius: 1px; }
        .shapes .fail { background: var(--fail-fill); } .shapes .flaky { background: var(--flaky-fill); } .shapes .pass { background: var(--pass-fill); }
        .shapes .high { height: .9rem; } .shapes .middle { height: .7rem; } .shapes .low { height: .4rem; vertical-align: .12rem; }
        #tip { margin-left: 5.35rem; font-size: .85rem; min-height: 1.4em; overflow-wrap: anywhere; }
        .trend .current { fill: var(--shade); }
        .trend { border-bottom: 1px solid var(--rule); }
        .trend ~ details { margin-top: .8rem; }
        @media (max-width: 40rem) {
          .chart { grid-template-columns: minmax(0, 1fr); gap: .15rem; }
          .axis { text-align: left; }
          .axis small { display: inline; }
          .shapes, #tip { margin-left: 0; }
        }
        @media (forced-colors: active) {
          .bar, #bars, .use, .key { forced-color-adjust: none; }
          .outcomes button[aria-pressed="true"], .group[aria-pressed="true"] { outline: 2px solid; }
        }
        @media print {
          :root, :root[data-theme] { color-scheme: light; }
          body { max-width: none; padding: 0; font-size: 10pt; }
          .skip, #theme, .tools, #more, .keys, #tip { display: none; }
          .list > li, tr, .failure { break-inside: avoid; }
          h2 { break-after: avoid; margin-top: 1.5rem; }
          .bar, .key, #bars, .use, .trend, .minus, .plus, .caveat { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        }
        """#
}
