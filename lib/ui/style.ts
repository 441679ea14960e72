/** The page's look: light and dark, from a phone's width up. Contrasts are at least 4.5 to 1. */
export const STYLE = `
:root {
  --paper: #fbfaf7; --card: #ffffff; --ink: #1c1b19; --soft: #5d5a54; --line: #e2ded5; --accent: #8a3b12;
  --accent-soft: #f6e9df; --mark: #ffe08a; --mark-ink: #1c1b19; --good: #1e6b3a; --bad: #a3261f; --shadow: 0 1px 2px #0000000f;
}
@media (prefers-color-scheme: dark) {
  :root:not([data-theme=light]) {
    --paper: #161513; --card: #201e1b; --ink: #efece5; --soft: #aaa59b; --line: #37342f; --accent: #f0a374;
    --accent-soft: #3a2a20; --mark: #7a5b00; --mark-ink: #fff6da; --good: #7fd39b; --bad: #ff9a90; --shadow: none;
  }
}
:root[data-theme=dark] {
  --paper: #161513; --card: #201e1b; --ink: #efece5; --soft: #aaa59b; --line: #37342f; --accent: #f0a374;
  --accent-soft: #3a2a20; --mark: #7a5b00; --mark-ink: #fff6da; --good: #7fd39b; --bad: #ff9a90; --shadow: none;
}
* { box-sizing: border-box }
html { background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, "Hiragino Sans", "Noto Sans CJK JP", "Yu Gothic UI", sans-serif }
body { margin: 0; min-height: 100vh }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 3px }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px }
main:focus { outline: none }
.skip { position: absolute; left: -999px } .skip:focus { left: 8px; top: 8px; background: var(--card); padding: 8px; z-index: 9 }
.unseen, .unseen-until-focus:not(:focus) { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
header { display: flex; align-items: center; gap: 1.5rem; padding: .75rem max(1rem, calc(50vw - 30rem)); border-bottom: 1px solid var(--line); background: var(--card); position: sticky; top: 0; z-index: 3 }
.brand { margin: 0; font-weight: 700; letter-spacing: -.02em } .brand span { color: var(--soft); font-weight: 400 }
nav { display: flex; gap: .25rem; flex: 1 }
nav a { display: flex; align-items: center; gap: .4rem; padding: .4rem .7rem; border-radius: 8px; text-decoration: none; color: var(--ink) }
nav a:hover { background: var(--accent-soft) } nav a[aria-current] { background: var(--accent-soft); color: var(--accent); font-weight: 600 }
svg { fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round } nav svg, .tools svg { width: 20px; height: 20px; flex: none }
.tools { margin: 0; display: flex; align-items: center; gap: .75rem; font-size: .9rem }
button { font: inherit; color: inherit; background: none; border: 1px solid var(--line); border-radius: 8px; padding: .35rem .5rem; cursor: pointer; line-height: 0 } button:hover { background: var(--accent-soft) }
main { max-width: 62rem; margin: 0 auto; padding: 1.25rem 1rem 5rem }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0 .75rem; overflow-wrap: anywhere } h2 { font-size: .95rem; color: var(--soft); font-weight: 600; margin: 1.75rem 0 .6rem } h3 { font-size: 1.02rem; margin: 0; line-height: 1.35 }
.search { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; position: sticky; top: 3.6rem; background: var(--paper); padding: .75rem 0; z-index: 2 }
.field { display: grid; gap: .2rem; font-size: .85rem; color: var(--soft) } .grow { flex: 1 1 16rem }
input[type=search], select { font: inherit; font-size: 1rem; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .55rem .75rem; width: 100%; max-width: 100% } select { max-width: 14rem }
.check { display: flex; gap: .4rem; align-items: center; font-size: .9rem; padding-bottom: .6rem }
.cards, .history, .plain { list-style: none; margin: 0; padding: 0 } .cards { display: grid; gap: .6rem }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .85rem 1rem; box-shadow: var(--shadow); overflow-wrap: anywhere }
.card:has(a:focus-visible), .card:hover { border-color: var(--accent) } .card[data-importance="5"], .card[data-importance="4"] { border-left: 4px solid var(--accent) }
.card h3 a { text-decoration: none; color: var(--ink) } .card h3 a:hover { text-decoration: underline }
.text { margin: .3rem 0 .5rem; color: var(--soft) } .about { margin: 0; display: flex; flex-wrap: wrap; gap: .35rem .7rem; font-size: .85rem; color: var(--soft); align-items: center } .by { margin-left: auto }
mark { background: var(--mark); color: var(--mark-ink); border-radius: 3px; padding: 0 .1em }
.kind { border: 1px solid var(--line); border-radius: 99px; padding: 0 .55rem; font-size: .8rem } .kind-decision, .kind-bug { border-color: var(--accent); color: var(--accent) }
.more a, .more button { display: block; text-align: center; padding: .7rem; border: 1px solid var(--line); border-radius: 12px }
.message { white-space: pre-wrap; max-height: 16rem; overflow: auto }
.nothing { color: var(--soft); padding: 2rem 0 } .warning { border-left: 4px solid var(--bad); background: var(--card); padding: .6rem .9rem; border-radius: 8px }
.summary { font-size: 1.1rem; color: var(--soft) } .content { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem; margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: .95rem/1.6 ui-monospace, "SFMono-Regular", Menlo, Consolas, "Noto Sans Mono CJK JP", monospace; max-height: 70vh; overflow: auto }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .7rem 1.5rem; margin: 0 } dt { font-size: .82rem; color: var(--soft) } dd { margin: 0; overflow-wrap: anywhere }
code { font: .88em ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere }
.history { border-left: 2px solid var(--line); margin-left: .4rem } .history li { padding: .35rem 0 .35rem 1.1rem; position: relative } .history li::before { content: ""; position: absolute; left: -6px; top: .85rem; width: 10px; height: 10px; border-radius: 50%; background: var(--line) } .history li.state-live::before { background: var(--good) } .history time { color: var(--soft); font-size: .9rem; margin-right: .5rem } .state { font-size: .82rem; color: var(--soft) }
figure { margin: 0 0 1rem } .mesh svg { width: 100%; max-height: 60vh; background: var(--card); border: 1px solid var(--line); border-radius: 16px }
.link.up { stroke: var(--good); stroke-width: 2.5 } .link.down { stroke: var(--bad); stroke-dasharray: 6 6 }
.host circle { fill: var(--card); stroke: var(--good); stroke-width: 3 } .host.down circle { stroke: var(--bad) } .host.here circle { fill: var(--accent-soft) } .host text { fill: var(--ink); stroke: none; text-anchor: middle; font-size: 14px } .host .badge { font-weight: 700; fill: var(--accent) }
table { width: 100%; border-collapse: collapse; margin: 0 0 1.5rem } caption { text-align: left; color: var(--soft); font-size: .9rem; padding: .4rem 0 } th, td { text-align: left; padding: .5rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; overflow-wrap: anywhere } thead th { color: var(--soft); font-size: .85rem } tbody th { font-weight: 600 } td.up { color: var(--good) } td.down { color: var(--bad) }
@media (max-width: 44rem) {
  header { gap: .5rem; padding: .5rem 1rem } .brand { flex: 1 }
  nav { position: fixed; inset: auto 0 0 0; background: var(--card); border-top: 1px solid var(--line); justify-content: space-around; padding: .25rem .25rem max(.25rem, env(safe-area-inset-bottom)); z-index: 4 }
  nav a { flex-direction: column; gap: 0; font-size: .72rem; padding: .3rem .5rem } .search { top: 3rem; gap: .5rem } .field span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) } select { max-width: 10rem } .by { margin-left: 0 }
}
@media (prefers-reduced-motion: no-preference) { .card { transition: border-color .12s } }
`;

/** The picture on the browser's tab. */
export const ICON =
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#8a3b12"/><path d="M10 7v18M22 7 11 16l11 9" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>`;
