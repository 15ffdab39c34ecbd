/**
 * What the page of a diagram does with pointers, wheel, keys and buttons. It runs in the page, which has no
 * other script, and is as small as it can be: `x`, `y` are where the drawing begins and `k` its scale.
 */
export const diagramScript = `
const main=document.querySelector('main'),levels=[...document.querySelectorAll('.level')];
const buttons=[...document.querySelectorAll('button[data-level]')];
let shown=levels[0],x=0,y=0,k=1,fitted=true;
const draw=()=>{shown.style.transform='translate('+x+'px,'+y+'px) scale('+k+')'};
const size=()=>{const s=shown.firstElementChild;return[Number(s.getAttribute('width')),Number(s.getAttribute('height'))]};
const fit=()=>{const[w,h]=size(),W=main.clientWidth,H=main.clientHeight;
 const whole=Math.min(W/w,H/h,1.5);k=Math.max(whole,Math.min(W/w,0.55));x=(W-w*k)/2;y=Math.max(0,(H-h*k)/2);fitted=true;draw()};
const zoom=(f,px=main.clientWidth/2,py=main.clientHeight/2)=>{const n=Math.min(8,Math.max(0.02,k*f));x=px-(px-x)*n/k;y=py-(py-y)*n/k;k=n;fitted=false;draw()};
const move=(dx,dy)=>{x+=dx;y+=dy;fitted=false;draw()};
const show=i=>{for(const l of levels)l.style.display='none';shown=levels[i];shown.style.display='block';
 buttons.forEach((b,j)=>b.setAttribute('aria-pressed',String(i===j)));fit()};
buttons.forEach((b,i)=>b.addEventListener('click',()=>show(i)));
for(const b of document.querySelectorAll('[data-zoom]'))b.addEventListener('click',()=>b.dataset.zoom==='fit'?fit():zoom(b.dataset.zoom==='in'?1.3:1/1.3));
const place=e=>{const r=main.getBoundingClientRect();return[e.clientX-r.left,e.clientY-r.top]};
main.addEventListener('wheel',e=>{e.preventDefault();const step=e.deltaY*(e.deltaMode===1?20:1)/(e.ctrlKey?100:400);zoom(Math.exp(-step),...place(e))},{passive:false});
const pointers=new Map();
const middle=p=>[0,1].map(i=>p.reduce((s,q)=>s+q[i],0)/p.length);
const spread=p=>p.length<2?0:Math.hypot(p[0][0]-p[1][0],p[0][1]-p[1][1]);
main.addEventListener('pointerdown',e=>{main.setPointerCapture(e.pointerId);pointers.set(e.pointerId,place(e));main.classList.add('moving')});
main.addEventListener('pointermove',e=>{if(!pointers.has(e.pointerId))return;
 const before=[...pointers.values()];pointers.set(e.pointerId,place(e));const after=[...pointers.values()];
 const[a,b]=middle(before),[c,d]=middle(after);move(c-a,d-b);if(spread(before)>0)zoom(spread(after)/spread(before),c,d)});
for(const end of['pointerup','pointercancel'])main.addEventListener(end,e=>{pointers.delete(e.pointerId);if(pointers.size===0)main.classList.remove('moving')});
addEventListener('keydown',e=>{if(e.ctrlKey||e.metaKey||e.altKey)return;
 const step={ArrowUp:[0,60],ArrowDown:[0,-60],ArrowLeft:[60,0],ArrowRight:[-60,0]}[e.key];
 if(step)move(...step);else if(e.key==='+'||e.key==='=')zoom(1.3);else if(e.key==='-')zoom(1/1.3);else if(e.key==='0')fit();else return;e.preventDefault()});
addEventListener('resize',()=>{if(fitted)fit()});show(0);`;
