import { type Drawing, svgFile } from '../charts/chart.ts';
import { escapeText } from '../charts/lineChart.ts';

/** A drawing of a model with so many levels of blocks opened. */
export interface DiagramLevel {
  /** What the button says. */
  readonly name: string;
  readonly drawing: Drawing;
}

/**
 * One HTML file in which a model is looked at from afar and from near: the wheel zooms where the pointer
 * is, dragging moves, buttons open and close blocks. It needs no other file.
 */
export function diagramPage(title: string, levels: readonly DiagramLevel[]): string {
  const buttons = levels.map(
    ({ name }, index) => `<button data-level="${index}">${escapeText(name)}</button>`,
  );
  const drawings = levels.map(
    ({ drawing }, index) => `<div class="level" data-level="${index}">${svgFile(drawing)}</div>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeText(title)}</title><style>${style}</style></head><body>
<header><h1>${escapeText(title)}</h1><nav aria-label="Blocks">${buttons.join('')}</nav>
<nav aria-label="Zoom"><button data-zoom="out" aria-label="smaller">−</button><button data-zoom="fit">fit</button><button data-zoom="in" aria-label="larger">+</button></nav></header>
<main tabindex="0" aria-label="Drag to move, turn the wheel to zoom">${drawings.join('\n')}</main>
<script>${script}</script></body></html>
`;
}

const style = `
html,body{margin:0;height:100%;font:14px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;color:#333a40}
body{display:flex;flex-direction:column}
header{display:flex;flex-wrap:wrap;gap:8px 20px;align-items:center;padding:8px 16px;border-bottom:1px solid #e3e5e8}
h1{font-size:15px;margin:0;flex:1}
nav{display:flex}
button{font:inherit;padding:4px 12px;border:1px solid #c9d2d9;margin-left:-1px;background:#fff;color:inherit;cursor:pointer}
button:first-child{border-radius:6px 0 0 6px}button:last-child{border-radius:0 6px 6px 0}
button:only-child{border-radius:6px}
button:hover{background:#f2f5f7}button[aria-pressed=true]{background:#1f6fa8;border-color:#1f6fa8;color:#fff}
main{flex:1;min-height:0;overflow:hidden;position:relative;cursor:grab;touch-action:none;outline-offset:-2px}
main.moving{cursor:grabbing}
.level{position:absolute;left:0;top:0;transform-origin:0 0;display:none}
.level svg{display:block}`;

// As small as it can be: it runs in the page, which has no other scripts.
const script = `
const main=document.querySelector('main'),levels=[...document.querySelectorAll('.level')];
const buttons=[...document.querySelectorAll('button[data-level]')];
let shown=levels[0],x=0,y=0,k=1;
const draw=()=>{shown.style.transform='translate('+x+'px,'+y+'px) scale('+k+')'};
const size=()=>{const s=shown.firstElementChild;return[Number(s.getAttribute('width')),Number(s.getAttribute('height'))]};
const fit=()=>{const[w,h]=size(),W=main.clientWidth,H=main.clientHeight;
 const whole=Math.min(W/w,H/h,1.5);k=Math.max(whole,Math.min(W/w,0.55));x=(W-w*k)/2;y=Math.max(0,(H-h*k)/2);draw()};
const zoom=(f,px=main.clientWidth/2,py=main.clientHeight/2)=>{const n=Math.min(8,Math.max(0.02,k*f));x=px-(px-x)*n/k;y=py-(py-y)*n/k;k=n;draw()};
const show=i=>{for(const l of levels)l.style.display='none';shown=levels[i];shown.style.display='block';
 buttons.forEach((b,j)=>b.setAttribute('aria-pressed',String(i===j)));fit()};
buttons.forEach((b,i)=>b.addEventListener('click',()=>show(i)));
for(const b of document.querySelectorAll('[data-zoom]'))b.addEventListener('click',()=>b.dataset.zoom==='fit'?fit():zoom(b.dataset.zoom==='in'?1.3:1/1.3));
main.addEventListener('wheel',e=>{e.preventDefault();const r=main.getBoundingClientRect();zoom(Math.exp(-e.deltaY/400),e.clientX-r.left,e.clientY-r.top)},{passive:false});
main.addEventListener('pointerdown',e=>{main.setPointerCapture(e.pointerId);main.classList.add('moving')});
main.addEventListener('pointermove',e=>{if(!main.hasPointerCapture(e.pointerId))return;x+=e.movementX;y+=e.movementY;draw()});
main.addEventListener('pointerup',()=>main.classList.remove('moving'));
main.addEventListener('keydown',e=>{const step={ArrowUp:[0,60],ArrowDown:[0,-60],ArrowLeft:[60,0],ArrowRight:[-60,0]}[e.key];
 if(step){x+=step[0];y+=step[1];draw()}else if(e.key==='+')zoom(1.3);else if(e.key==='-')zoom(1/1.3);else if(e.key==='0')fit();else return;e.preventDefault()});
addEventListener('resize',fit);show(0);`;
