import { type Drawing, svgFile } from '../charts/chart.ts';
import { escapeText } from '../charts/lineChart.ts';
import { darkDiagramRules } from './diagramColours.ts';
import { diagramScript } from './diagramScript.ts';

/** A drawing of a model with so many levels of blocks opened. */
export interface DiagramLevel {
  /** What the button says. */
  readonly name: string;
  readonly drawing: Drawing;
}

/**
 * One HTML file in which a model is looked at from afar and from near: wheel, two fingers and keys zoom,
 * dragging moves, buttons open and close blocks. It needs no other file.
 */
export function diagramPage(title: string, levels: readonly DiagramLevel[]): string {
  const buttons = levels.map(
    ({ name }, index) => `<button data-level="${index}">${escapeText(name)}</button>`,
  );
  const drawings = levels.map(
    ({ drawing }, index) => `<div class="level" data-level="${index}">${svgFile(drawing)}</div>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title><style>${style}</style></head><body>
<header><h1>${escapeText(title)}</h1><nav aria-label="Blocks">${buttons.join('')}</nav>
<nav aria-label="Zoom"><button data-zoom="out" aria-label="smaller">−</button><button data-zoom="fit">fit</button><button data-zoom="in" aria-label="larger">+</button></nav></header>
<main tabindex="0" aria-label="The model">${drawings.join('\n')}</main>
<footer>Drag to move, turn the wheel or spread two fingers to zoom. Keys: arrows, + and −, 0 to fit.</footer>
<script>${diagramScript}</script></body></html>
`;
}

const style = `
:root{color-scheme:light dark;--paper:#fff;--ink:#333a40;--soft:#5b6269;--rule:#e3e5e8;--edge:#c9d2d9;--tint:#f2f5f7;--on:#1f6fa8}
html,body{margin:0;height:100%;font:14px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;color:var(--ink);background:var(--paper)}
body{display:flex;flex-direction:column}
header{display:flex;flex-wrap:wrap;gap:8px 20px;align-items:center;padding:8px 16px;border-bottom:1px solid var(--rule)}
h1{font-size:15px;margin:0;flex:1;min-width:120px;overflow-wrap:anywhere}
nav{display:flex}
button{font:inherit;padding:4px 12px;border:1px solid var(--edge);margin-left:-1px;background:var(--paper);color:inherit;cursor:pointer}
button:first-child{border-radius:6px 0 0 6px}button:last-child{border-radius:0 6px 6px 0}
button:only-child{border-radius:6px}
button:hover{background:var(--tint)}button[aria-pressed=true]{background:var(--on);border-color:var(--on);color:#fff}
main{flex:1;min-height:0;overflow:hidden;position:relative;cursor:grab;touch-action:none;user-select:none;outline-offset:-2px}
main.moving{cursor:grabbing}
footer{padding:5px 16px;border-top:1px solid var(--rule);font-size:12px;color:var(--soft)}
.level{position:absolute;left:0;top:0;transform-origin:0 0;display:none}
.level svg{display:block}
@media (max-width:560px){button{padding:4px 7px;font-size:13px;white-space:nowrap}}
@media (prefers-color-scheme:dark){
:root{--paper:#14171a;--ink:#dde1e5;--soft:#989fa6;--rule:#2d3237;--edge:#434b53;--tint:#1c2024;--on:#2a78ae}
${darkDiagramRules()}
}`;
