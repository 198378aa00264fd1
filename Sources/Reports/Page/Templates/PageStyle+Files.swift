extension PageStyle {
    /// The list of files, and what opens in it.
    static let files = #"""

        .groups { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); gap: 1rem 2.5rem; margin-bottom: 1.6rem; font-size: .88rem; }
        .groups table { align-self: start; table-layout: fixed; }
        .groups caption { text-align: left; color: var(--dim); font-size: .8rem; padding-bottom: .25rem; }
        .groups th { position: relative; }
        .groups .count { width: 3.2rem; }
        .groups td { text-align: right; vertical-align: middle; }
        .group { position: relative; display: block; width: 100%; text-align: left; border: 0; background: none; padding: .16rem .4rem; border-radius: 4px; isolation: isolate; }
        .group span { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        .group:hover span { text-decoration: underline; text-underline-offset: .18em; }
        .group .share { inset: 0; height: 100%; }
        .group[aria-pressed="true"] { box-shadow: inset 0 0 0 2px var(--link); }

        .tools { position: sticky; top: 0; z-index: 3; display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: center; padding: .6rem 0; background: var(--paper); border-bottom: 1px solid var(--rule); }
        .outcomes { display: flex; flex-wrap: wrap; gap: .25rem; }
        .outcomes button { border: 1px solid transparent; background: none; border-radius: 6px; padding: .2rem .6rem; font-size: .9rem; color: var(--dim); }
        .outcomes button:hover { color: var(--ink); }
        .outcomes button b { margin-left: .3em; color: var(--ink); }
        .outcomes button[aria-pressed="true"] { border-color: var(--rule); background: var(--sheet); color: var(--ink); box-shadow: inset 0 -2px 0 var(--link); }
        .find { position: relative; flex: 1 1 15rem; margin-left: auto; max-width: 24rem; }
        .find input { width: 100%; border: 1px solid var(--rule); border-radius: 6px; background: var(--sheet); padding: .3rem 2.2rem .3rem .65rem; }
        .find input::placeholder { color: var(--dim); opacity: 1; }
        .find kbd { position: absolute; right: .5rem; top: 50%; translate: 0 -50%; pointer-events: none; }
        .find input:focus + kbd { visibility: hidden; }
        .order select { border: 1px solid var(--rule); border-radius: 6px; background: var(--sheet); padding: .32rem .4rem; font-size: .9rem; }
        #count { padding: .55rem 0 .35rem; font-size: .85rem; min-height: 2.1rem; }
        #count button { border: 0; background: none; color: var(--link); padding: 0; margin-left: .8em; text-decoration: underline; text-underline-offset: .18em; }

        .list > li { border-bottom: 1px solid var(--rule); }
        .list h3 { font: inherit; }
        .row { display: grid; grid-template-columns: 6.6rem minmax(0, 1fr) auto; gap: 0 .9rem; align-items: baseline; width: 100%; text-align: left; border: 0; background: none; padding: .42rem .35rem; }
        .row:hover { background: var(--shade); }
        .row:focus-visible { outline-offset: -2px; }
        .row .word { font-size: .85rem; font-weight: 620; }
        .row .word::before { content: ""; display: inline-block; width: .5rem; height: .5rem; margin-right: .5rem; border-radius: 50%; background: currentColor; }
        .row .word.fail::before { border-radius: 1px; rotate: 45deg; }
        .row .word.aside::before { background: none; box-shadow: inset 0 0 0 2px currentColor; }
        .row .path { overflow-wrap: anywhere; }
        .row .path i { font-style: normal; color: var(--dim); }
        .row .path b { font-weight: 600; }
        .row .said { grid-column: 2; font-size: .88rem; overflow-wrap: anywhere; }
        .row .said em { font-style: normal; color: var(--dim); margin-left: .9em; }
        .row .time { font-size: .85rem; color: var(--dim); white-space: nowrap; }
        .row[aria-expanded="true"] { background: var(--shade); }
        .detail { padding: .3rem .35rem 1.5rem; }
        @media (min-width: 48rem) { .detail { padding-left: 7.85rem; } }
        .detail > p { margin-top: .5rem; font-size: .9rem; }
        .failure { margin-top: .9rem; padding-top: .9rem; border-top: 1px dashed var(--rule); }
        .failure:first-child { border-top: 0; padding-top: 0; margin-top: .4rem; }
        .failure h4 { margin: 0; font-size: .95rem; font-weight: 620; display: flex; gap: .75rem; align-items: baseline; flex-wrap: wrap; }
        .failure h4 a { font-family: var(--mono); font-weight: 400; font-size: .85rem; text-decoration: none; }
        .failure h4 a:hover { text-decoration: underline; }
        .failure h4 .kind { font-weight: 400; font-size: .85rem; color: var(--dim); }
        .hint { font-size: .88rem; color: var(--dim); }
        .hint::first-letter { text-transform: uppercase; }
        .statement .w { font-weight: 650; }
        .statement .q { color: var(--pass); }
        .statement .n { color: var(--flaky); }
        .statement .r { color: var(--dim); font-style: italic; }
        .difference { margin-top: .55rem; overflow-x: auto; border: 1px solid var(--rule); border-radius: 6px; }
        .difference table { width: auto; min-width: 100%; font: .84rem/1.5 var(--mono); }
        .difference caption { text-align: left; font: .8rem/1.4 system-ui, sans-serif; color: var(--dim); padding: .3rem .7rem; border-bottom: 1px solid var(--rule); }
        .difference th, .difference td { padding: .06rem 1.1rem .06rem 0; white-space: pre; vertical-align: top; }
        .difference td.long { min-width: 22rem; white-space: pre-wrap; overflow-wrap: anywhere; }
        .difference th { width: 6.2rem; padding-left: .7rem; color: var(--dim); user-select: none; }
        .difference td.fill { width: 100%; padding: 0; }
        .difference .minus { background: var(--pass-wash); }
        .difference .plus { background: var(--fail-wash); }
        .difference .minus th { color: var(--pass); }
        .difference .plus th { color: var(--fail); }
        .difference mark { background: none; color: inherit; font-weight: 700; text-decoration: underline; text-decoration-thickness: 2px; text-underline-offset: .2em; }
        .difference .minus mark { text-decoration-color: var(--pass); }
        .difference .plus mark { text-decoration-color: var(--fail); }
        .difference .left td { color: var(--dim); font-family: system-ui, sans-serif; padding-left: .7rem; }
        .difference .null { color: var(--dim); font-style: italic; }
        .difference + .dim { font-size: .85rem; margin-top: .3rem; }
        .consequences { margin-top: .6rem; font-size: .88rem; }
        .consequences li { padding: .12rem 0 .12rem 1.1rem; overflow-wrap: anywhere; }
        .again { display: flex; gap: .6rem; align-items: baseline; flex-wrap: wrap; }
        .again code { overflow-wrap: anywhere; }
        .wide { width: 100%; border: 1px solid var(--rule); background: var(--sheet); border-radius: 6px; padding: .5rem; margin-top: .9rem; }
        .wide:hover { border-color: var(--dim); }
        .keys { margin-top: .9rem; font-size: .85rem; }
        @media (max-width: 40rem) {
          .row { grid-template-columns: minmax(0, 1fr) auto; gap: .05rem .75rem; padding: .55rem .2rem; }
          .row .path, .row .said { grid-column: 1 / -1; }
          .row .path { order: 2; } .row .said { order: 3; }
          .row .said em { display: block; margin-left: 0; }
          .find { max-width: none; flex-basis: 100%; order: 3; }
          .tools { position: static; }
          .identity div { grid-template-columns: 7rem 1fr; }
          .keys { display: none; }
          .difference th { width: auto; padding-left: .5rem; }
        }
        """#
}
