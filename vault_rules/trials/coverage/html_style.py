"""How the page of a policy's coverage looks, in the light and in the dark."""

STYLE = """\
:root {
  --page: #ffffff; --ink: #1d2329; --quiet: #59636e; --line: #d9dee3;
  --all: #e9f5ec; --some: #fdf5dc; --none: #fcebea; --mark: #f4cd5e; --strong: #f0a8a0; --said: #8a2c20;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15181c; --ink: #e4e8ec; --quiet: #98a2ad; --line: #333a42;
    --all: #16281c; --some: #2c2716; --none: #331d1b; --mark: #6b5410; --strong: #7a2e25; --said: #f2b3aa;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 75rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
a { color: inherit; }
table { border-collapse: collapse; }
caption { text-align: left; font-weight: 600; padding: .5rem 0; }
.figures { margin-bottom: 1rem; }
.figures th, .figures td { padding: .2rem 1.5rem .2rem 0; border-bottom: 1px solid var(--line); }
.figures th { text-align: left; font-weight: 400; } .figures td { text-align: right; }
.figures thead th { color: var(--quiet); }
section { overflow-x: auto; }
.source { width: 100%; }
.source td, .source th { padding: 0 .5rem; vertical-align: top; }
.source th { width: 1%; text-align: right; font-weight: 400; color: var(--quiet); user-select: none; }
.source .sign { width: 1%; font-weight: 600; user-select: none; }
.source code { font: .875rem/1.6 ui-monospace, monospace; white-space: pre; tab-size: 4; }
.source ul { margin: 0 0 .35rem; padding: 0 0 0 1.25rem; color: var(--said); font-size: .875rem; }
tr.all { background: var(--all); } tr.some { background: var(--some); } tr.none { background: var(--none); }
mark { background: var(--mark); color: inherit; border-radius: 2px; text-decoration: underline dotted; }
mark.strong { background: var(--strong); text-decoration: underline; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media print { .source td, .source th { padding: 0 .25rem; } }
"""
