import { darkChartRules } from '../charts/palette.ts';

const lightVariables = `--paper:#ffffff;--ink:#22272c;--soft:#5b6269;--rule:#e3e5e8;--tint:#f5f6f8;--accent:#0072b2;--bar:#d8e7f2;--warn:#b14400`;
const darkVariables = `--paper:#14171a;--ink:#dde1e5;--soft:#989fa6;--rule:#2d3237;--tint:#1c2024;--accent:#56b4e9;--bar:#1d3a50;--warn:#f0863c`;

/** The whole style of a report: light and dark, three widths, paper. */
export const styles = `
:root{color-scheme:light dark;${lightVariables}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;-webkit-text-size-adjust:100%;overflow-wrap:break-word}
main,header,footer{max-width:1240px;margin:0 auto;padding:0 24px}
header{padding-top:40px}
header p{max-width:none}
h1{font-size:30px;line-height:1.2;font-weight:650;letter-spacing:-.01em;margin:2px 0 6px;overflow-wrap:anywhere}
h2,h3,b{overflow-wrap:anywhere}
h2{font-size:19px;font-weight:650;margin:56px 0 16px;padding-top:14px;border-top:1px solid var(--rule)}
h3{font-size:15px;font-weight:650;margin:28px 0 8px}
p{margin:0 0 10px;max-width:72ch}
.soft,figcaption,caption{color:var(--soft)}
.small,figcaption,caption{font-size:13px}
.kind{color:var(--soft);font-size:13px;margin:0}
nav a{min-width:0;overflow-wrap:anywhere}
nav{margin:18px 0 0;font-size:14px;display:flex;flex-wrap:wrap;gap:4px 18px}
a{color:var(--accent);text-decoration:none}
a:hover{text-decoration:underline}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(156px,1fr));gap:22px 28px;margin:30px 0 0;padding:0}
.figures dt{color:var(--soft);font-size:13px}
.figures dd{margin:0}
.figures b{display:block;font-size:28px;line-height:1.25;font-weight:600;font-variant-numeric:tabular-nums;letter-spacing:-.01em}
.findings{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:24px 48px;align-items:start}
.finding h3{margin:0 0 2px}
pre{margin:8px 0 0;padding:9px 12px;background:var(--tint);border-radius:5px;overflow-x:auto;font:13px/1.5 ui-monospace,'SF Mono','DejaVu Sans Mono',monospace;white-space:pre-wrap;overflow-wrap:anywhere}
.charts{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:12px 20px}
.charts.pairs{grid-template-columns:repeat(4,minmax(0,1fr))}
svg{display:block;width:100%;height:auto;font-family:system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}
.split{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:20px 48px;align-items:start}
.matrix{overflow-x:auto}
.matrix svg{width:auto;max-width:100%;min-width:calc(var(--w)*.72)}
.scroll{overflow-x:auto}
.scroll + p{margin-top:10px}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
caption{text-align:left;padding-bottom:6px}
th{font-weight:600;text-align:left;color:var(--soft);font-size:13px;border-bottom:1px solid var(--rule)}
td,th{padding:5px 14px 5px 0;vertical-align:top}
td{border-bottom:1px solid var(--rule)}
tbody tr:last-child td{border-bottom:0}
td:last-child,th:last-child{padding-right:0}
.n{text-align:right;white-space:nowrap;overflow-wrap:normal}
.share{background:linear-gradient(to right,var(--bar) calc(var(--v)*100%),transparent 0) no-repeat left 3px top 50%/calc(100% - 6px) 70%;padding-left:8px}
.name{overflow-wrap:anywhere}
.cases{display:grid;grid-template-columns:repeat(12,minmax(0,1fr));gap:18px 14px;margin:8px 0 0;padding:0;list-style:none}
.cases img,.row img{display:block;width:100%;max-width:112px;aspect-ratio:1;object-fit:contain;background:var(--tint);image-rendering:pixelated}
.row img{width:56px}
.row td{vertical-align:middle}
.cases .map{margin-top:3px}
.cases b{display:block;font-weight:600;line-height:1.35;margin-top:5px;overflow-wrap:anywhere}
.cases span{display:block;font-size:12px;line-height:1.4;color:var(--soft);overflow-wrap:anywhere}
.scale{white-space:nowrap}.scale i{display:inline-block;width:96px;height:10px;margin:0 4px;border-radius:2px}
.maps{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:18px 14px;margin:14px 0 0;padding:0;list-style:none;max-width:calc(var(--tiles)*238px)}
.maps img{display:block;width:100%;background:var(--tint);image-rendering:pixelated}
.maps b{display:block;font-weight:600;line-height:1.35;overflow-wrap:anywhere}
.maps span{display:block;font-size:13px;line-height:1.45;color:var(--soft);overflow-wrap:anywhere}
.maps img + *{margin-top:5px}
.warned{color:var(--warn);margin-top:12px}
.sheet{overflow-x:auto}
.sheet svg{width:auto;max-width:100%;min-width:880px}
.mistakes{display:grid;grid-template-columns:repeat(auto-fill,minmax(228px,1fr));gap:22px 18px;margin:8px 0 0;padding:0;list-style:none}
.mistakes img{display:inline-block;width:calc(50% - 2px);max-width:112px;aspect-ratio:1;object-fit:contain;background:var(--tint);image-rendering:pixelated}
.mistakes img + img{margin-left:4px}
.mistakes b{display:block;font-weight:600;line-height:1.35}
.mistakes span{display:block;font-size:13px;line-height:1.45;color:var(--soft);overflow-wrap:anywhere}
.cases .mark{color:var(--warn)}
.strip{display:flex;flex-wrap:wrap;gap:4px;height:56px;overflow:hidden}
.strip img{display:block;width:56px;height:56px;object-fit:contain;background:var(--tint);image-rendering:pixelated}
.attribute td{vertical-align:middle}
table.attribute td:first-child{min-width:96px}
.attribute .share{min-width:130px}
.n + td:not(.n),.n + th:not(.n){padding-left:16px}
.suspects td:not(.n){overflow-wrap:anywhere}
.narrow{width:auto}
.narrow td:first-child{padding-right:28px}
ul{padding-left:20px}
.batch{width:100%;max-width:950px;height:auto;display:block;border-radius:4px}
.set{max-width:960px}
.set td:first-child{white-space:nowrap;width:210px}
.set td:nth-child(2):not(:last-child){width:180px}
.changed{font-weight:650}
footer{margin-top:64px;padding-top:14px;padding-bottom:48px;color:var(--soft);font-size:13px}
@media (max-width:1100px){.charts.pairs{grid-template-columns:repeat(2,minmax(0,1fr))}}
@media (max-width:1180px){.cases{grid-template-columns:repeat(6,minmax(0,1fr))}}
@media (max-width:980px){.charts{grid-template-columns:repeat(2,minmax(0,1fr))}.split,.findings{grid-template-columns:minmax(0,1fr)}}
@media (max-width:560px){.attribute .share{min-width:0}.scroll td:first-child{overflow-wrap:anywhere;min-width:72px}.scroll td:first-child:has(a){min-width:100px}table{font-size:13px}.scroll :is(td,th):first-child{position:sticky;left:0;background:var(--paper)}.narrow td:first-child{padding-right:8px}.mistakes img{max-width:none}.findings{gap:22px}main,header,footer{padding:0 16px}header{padding-top:24px}.charts,.charts.pairs{grid-template-columns:minmax(0,1fr)}.cases{grid-template-columns:repeat(3,minmax(0,1fr))}.maps{grid-template-columns:repeat(2,minmax(0,1fr))}.set td:first-child,.set td:nth-child(2):not(:last-child){width:auto;white-space:normal}h1{font-size:24px}h2{margin-top:40px}.figures{grid-template-columns:repeat(2,minmax(0,1fr))}.help{display:none}.figures b{font-size:24px}td,th{padding-right:10px}}
@media (max-width:560px){table.attribute tr{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));padding:8px 0;border-bottom:1px solid var(--rule)}table.attribute :is(td,th){border:0;padding:3px 0}table.attribute .n + td:not(.n){padding-left:0}table.attribute :is(td,th):is(:first-child,:last-child){grid-column:1/-1}table.attribute th:is(:first-child,:last-child){display:none}table.attribute td:first-child{font-weight:600}}
@media (max-width:560px){.suspects thead{display:none}.suspects tr{display:grid;grid-template-columns:56px minmax(0,1fr) auto;gap:0 12px;padding:10px 0;border-bottom:1px solid var(--rule)}.suspects td{border:0;padding:1px 0}.suspects td:first-child{grid-row:1/4;min-width:0;position:static}.suspects .n + td:not(.n){padding-left:0}.suspects .name{grid-column:2/4;font-size:13px;color:var(--soft)}.suspects td[data-is]::before{content:attr(data-is) ' ';color:var(--soft)}}
@media (prefers-color-scheme:dark){
:root{${darkVariables}}
.batch{filter:brightness(.88)}
${darkChartRules()}
}
@media print{
:root{${lightVariables}}
body{font-size:11px}
main,header,footer{max-width:none;padding:0}
nav{display:none}
h2{break-after:avoid;margin-top:28px}
figure,.finding,.cases li,tr,.matrix{break-inside:avoid}
}
`;
