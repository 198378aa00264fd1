/// The page as a Mustache template; its names are `PageModel`'s.
enum PageTemplate {
    static let text = #"""
        {{% CONTENT_TYPE: PAGE}}
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-{{nonce}}'; style-src 'nonce-{{nonce}}'; img-src data:; base-uri 'none'; form-action 'none'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="referrer" content="no-referrer">
        <title>{{title}}</title>
        <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%23{{icon}}'/%3E%3C/svg%3E">
        <style nonce="{{nonce}}">{{{style}}}</style>
        </head>
        <body>
        <a class="skip" href="#files">Skip to the files</a>
        <header>
        <div class="top">
        <p class="where"><strong>{{project}}</strong> <span>run <code>{{run}}</code> on {{host}}</span></p>
        <button type="button" id="theme" class="quiet">Theme: auto</button>
        </div>
        <h1 class="{{tone}}">{{verdict}}</h1>
        <dl class="origin">{{#origin}}<div><dt>{{name}}</dt><dd>{{value}}</dd></div>{{/origin}}</dl>
        {{#caveats}}<p class="caveat" role="note">{{.}}</p>{{/caveats}}
        <svg class="bar" role="img" aria-labelledby="bar-title"><title id="bar-title">Files by outcome: {{#outcomes}}{{count}} {{word}}{{^last()}}, {{/last()}}{{/outcomes}}</title>
        <defs>
        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="2" height="6" class="stripe"/></pattern>
        <pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse"><circle cx="3" cy="3" r="1.2" class="stripe"/></pattern>
        </defs>{{{bar}}}</svg>
        <ul class="legend">{{#outcomes}}<li><span class="key {{tone}}" aria-hidden="true"></span><b>{{count}}</b> {{word}}</li>{{/outcomes}}</ul>
        <dl class="figures">{{#figures}}<div><dt>{{name}}</dt><dd>{{value}}{{#note}}<small>{{.}}</small>{{/note}}</dd></div>{{/figures}}</dl>
        </header>
        <nav aria-label="Parts of this page"><a href="#changes">Changes</a> <a href="#files">Files</a> {{#timeline}}<a href="#timeline">Timeline</a> {{/timeline}}<a href="#slow">Slowest</a> <a href="#flaky">Flaky</a> <a href="#aside">Not run</a> {{#trend}}<a href="#trend">Last runs</a> {{/trend}}<a href="#about">About</a></nav>
        <main>
        <section aria-labelledby="changes">
        <h2 id="changes">Since the run before</h2>
        {{#changes}}<p class="lead">{{words}} <span class="dim">Compared with <code>{{with}}</code>.{{#cautions}} {{.}}{{/cautions}}</span></p>
        {{#lists}}<details class="changes"{{#isOpen}} open{{/isOpen}}><summary><span class="key {{tone}}" aria-hidden="true"></span>{{title}} <b>{{count}}</b></summary>
        <ul>{{#rows}}<li>{{#link}}<a class="path" href="{{.}}">{{file}}</a>{{/link}}{{^link}}<span class="path">{{file}}</span>{{/link}} <span>{{text}}</span>{{#sql}}<code class="sql">{{.}}</code>{{/sql}}</li>{{/rows}}</ul>
        {{#more}}<p class="dim">{{.}}</p>{{/more}}</details>{{/lists}}{{/changes}}
        {{#noChanges}}<p class="dim">{{.}}</p>{{/noChanges}}
        </section>
        {{#known}}<section aria-labelledby="known"><h2 id="known">Known failures</h2><pre>{{.}}</pre></section>{{/known}}
        <section aria-labelledby="files">
        <h2 id="files" tabindex="-1">Files</h2>
        <div class="groups">{{#groups}}<div><table><caption>{{title}}</caption><colgroup><col><col class="count"></colgroup><thead class="unseen"><tr><th scope="col">Group</th><th scope="col">Failed files</th></tr></thead>
        <tbody>{{#rows}}<tr><th scope="row"><button type="button" class="group" data-group="{{number}}" aria-pressed="false" title="{{name}}"><svg class="share" aria-hidden="true"><rect width="{{share}}%" height="100%"/></svg><span>{{name}}</span></button></th><td>{{count}}</td></tr>{{/rows}}</tbody></table>{{#more}}<p class="dim">{{.}}</p>{{/more}}</div>{{/groups}}</div>
        <noscript><p class="caveat">The lists of files need a script, and scripts are off. All records are in the run's folder as well, in records.jsonl.</p></noscript>
        <div class="tools" role="search" aria-label="Files">
        <div class="outcomes" role="group" aria-label="Outcome" id="outcomes"></div>
        <label class="find"><span class="unseen">Search in names, statements and messages</span><input type="search" id="find" placeholder="Search names and SQL" autocomplete="off" spellcheck="false" aria-keyshortcuts="/"><kbd aria-hidden="true">/</kbd></label>
        <label class="order"><span class="unseen">Order</span><select id="order"><option value="name">by name</option><option value="long">longest first</option></select></label>
        </div>
        <p id="count" role="status" class="dim"></p>
        <ol id="list" class="list"></ol>
        <button type="button" id="more" class="wide" hidden>Show more</button>
        <p class="keys dim">Keys: <kbd>/</kbd> searches, <kbd>Esc</kbd> clears, <kbd>j</kbd> <kbd>k</kbd> or arrows move, <kbd>Enter</kbd> opens, <kbd>t</kbd> changes the theme</p>
        </section>
        {{#timeline}}<section aria-labelledby="timeline">
        <h2 id="timeline">Timeline</h2>
        <div class="chart"><p class="axis">workers</p>
        <svg id="bars" role="img" aria-labelledby="bars-title" viewBox="0 0 1000 {{height}}" preserveAspectRatio="none" width="100%" height="{{pixels}}" data-span="{{milliseconds}}" data-slots="{{slots}}"><title id="bars-title">{{words}}</title>{{{shapes}}}</svg></div>
        {{#cpu}}<div class="chart"><p class="axis">CPU <small>of 100 %</small></p><svg class="use" role="img" aria-labelledby="cpu-title" viewBox="0 0 1000 100" preserveAspectRatio="none" width="100%" height="56"><title id="cpu-title">{{cpuWords}}</title>{{{cpu}}}</svg></div>
        <div class="chart"><p class="axis">active <small>of {{wanted}}</small></p><svg class="use" role="img" aria-labelledby="active-title" viewBox="0 0 1000 100" preserveAspectRatio="none" width="100%" height="56"><title id="active-title">{{activeWords}}</title>{{{active}}}</svg></div>{{/cpu}}
        <div class="chart ticks" aria-hidden="true"><p class="axis"></p><p>{{#ticks}}<span>{{.}}</span>{{/ticks}}</p></div>
        <p class="legend shapes"><span><span class="key high fail" aria-hidden="true"></span>failed, high bars</span> <span><span class="key middle flaky" aria-hidden="true"></span>flaky</span> <span><span class="key low pass" aria-hidden="true"></span>passed, low bars</span> <span><span class="key low aside" aria-hidden="true"></span>not run</span></p>
        <p id="tip" class="dim">{{words}}.{{#note}} {{.}}{{/note}}{{^cpu}} The run was too short for a curve of its CPU.{{/cpu}}</p>
        </section>{{/timeline}}
        <div class="pair">
        <section aria-labelledby="slow"><h2 id="slow">Slowest files</h2>
        <table class="rows"><thead class="unseen"><tr><th scope="col">File</th><th scope="col">CPU</th><th scope="col">Time</th></tr></thead><tbody>{{#slow}}<tr><th scope="row"><svg class="share" aria-hidden="true"><rect width="{{share}}%" height="100%"/></svg><a class="path" href="{{link}}">{{file}}</a></th><td class="dim">{{note}}</td><td>{{value}}</td></tr>{{/slow}}</tbody></table>
        {{^slow}}<p class="dim">No file was run.</p>{{/slow}}</section>
        <section aria-labelledby="flaky"><h2 id="flaky">Flaky files</h2>
        <table class="rows"><thead class="unseen"><tr><th scope="col">File</th><th scope="col">Runs</th></tr></thead><tbody>{{#flaky}}<tr><th scope="row"><a class="path" href="{{link}}">{{file}}</a>{{#note}}<small>{{.}}</small>{{/note}}</th><td>{{value}}</td></tr>{{/flaky}}</tbody></table>
        {{^flaky}}<p class="dim">No file both passed and failed in this run.</p>{{/flaky}}{{#flakyMore}}<p class="dim">{{.}}</p>{{/flakyMore}}</section>
        </div>
        <section aria-labelledby="aside"><h2 id="aside">Files that were not run</h2>
        <table class="rows"><thead class="unseen"><tr><th scope="col">Outcome</th><th scope="col">Reason</th><th scope="col">Files</th></tr></thead><tbody>{{#keptOut}}<tr><th scope="row">{{outcome}}</th><td>{{reason}}</td><td>{{count}}</td></tr>{{/keptOut}}</tbody></table>
        {{^keptOut}}<p class="dim">None: every file was run.</p>{{/keptOut}}{{#keptOutMore}}<p class="dim">{{.}}</p>{{/keptOutMore}}</section>
        {{#trend}}<section aria-labelledby="trend"><h2 id="trend">Failed files over the last runs</h2>
        <svg class="trend" role="img" aria-labelledby="trend-title" viewBox="0 0 {{width}} 100" preserveAspectRatio="none" width="100%" height="72"><title id="trend-title">{{words}}</title>{{{shapes}}}</svg>
        <div class="ticks"><p><span>{{first}}</span><span>at most {{most}} failed</span><span>{{last}}</span></p></div>
        <details><summary>The runs in numbers</summary><div class="scroll"><table class="rows numbers"><thead><tr><th scope="col">Run</th><th scope="col">Started</th><th scope="col">Commit</th><th scope="col">Failed</th><th scope="col">Passed</th><th scope="col">Time</th></tr></thead>
        <tbody>{{#rows}}<tr{{#isCurrent}} class="current"{{/isCurrent}}><th scope="row"><code>{{run}}</code>{{#isCurrent}} <span class="dim">this one</span>{{/isCurrent}}</th><td>{{date}}</td><td><code>{{commit}}</code></td><td>{{failed}}</td><td>{{rate}}</td><td>{{time}}</td></tr>{{/rows}}</tbody></table></div></details></section>{{/trend}}
        <section class="about" aria-labelledby="about"><h2 id="about">About this run</h2>
        <dl class="identity">{{#identity}}<div><dt>{{name}}</dt><dd>{{value}}</dd></div>{{/identity}}</dl>
        {{#command}}<p class="block-title">Command line</p><pre>{{.}}</pre>{{/command}}
        {{#configuration}}<details><summary>Configuration</summary><pre>{{.}}</pre></details>{{/configuration}}</section>
        </main>
        <footer class="dim"><p>Written by slt-remote. The page holds all that it shows and asks no network for anything.</p></footer>
        <script type="application/json" id="data">{{{data}}}</script>
        <script nonce="{{nonce}}">{{{script}}}</script>
        </body>
        </html>

        """#
}
