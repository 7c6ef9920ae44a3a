/** The one style sheet of the operator's page; colours and measures are the app's tokens. */
export const statusStyle = `
:root{--ink-0:#f4f2f8;--ink-2:#cbc6df;--ink-5:#6a5f9c;--ink-6:#544987;--ink-7:#433874;--ink-9:#251e44;--paper-0:#fff;--paper-1:#fbf8f2;--paper-2:#f3eee4;
--paper-3:#e6e0d3;--paper-4:#cfc7b6;--paper-5:#8a816f;--paper-6:#635c4e;--paper-9:#211e19;--ochre:#7a5000}
*,*::before,*::after{box-sizing:border-box}
html{scrollbar-gutter:stable}
body{margin:0;font:400 16px/24px "Noto Sans","Segoe UI",system-ui,sans-serif;color:var(--paper-9);background:var(--paper-1);
font-variant-numeric:tabular-nums lining-nums}
h1,h2,p,ul,dl,dd{margin:0;padding:0}ul{list-style:none}
h1{font-size:28px;line-height:36px;font-weight:700;color:var(--ink-9);letter-spacing:-.01em}
h2{font-size:17px;line-height:24px;font-weight:600;color:var(--ink-9)}
a{color:var(--ink-7);text-underline-offset:3px;text-decoration-thickness:1px}
a:focus-visible{outline:3px solid var(--ink-6);outline-offset:2px}
.top{display:flex;align-items:center;gap:14px;min-height:56px;padding:8px 40px;border-bottom:1px solid var(--paper-4);background:var(--paper-2)}
.top svg{display:block;flex:none}.top b{font-size:17px;color:var(--ink-9);font-weight:600}
.grow{flex:1;min-width:0}.sm{font-size:14px;line-height:20px}.mut{color:var(--paper-6)}.nw{white-space:nowrap}.b{font-weight:600}
.lap{min-width:128px}.right{text-align:right}.ochre{color:var(--ochre);font-weight:600}
main{padding:14px 40px 24px;max-width:1366px;margin:0 auto}
.head{display:flex;align-items:center;gap:16px}
.btn{display:inline-flex;align-items:center;gap:10px;min-height:40px;padding:0 17px;border:1px solid var(--paper-5);border-radius:4px;
background:#fff;color:var(--paper-9);font-weight:600;font-size:15px;text-decoration:none;white-space:nowrap}
.btn:hover{background:var(--ink-0)}
.i{width:20px;height:20px;flex:none;fill:none;stroke:currentColor;stroke-width:1.75;stroke-linecap:round;stroke-linejoin:round}
.i.s{width:16px;height:16px;stroke-width:2;vertical-align:-3px;margin-right:4px}
.sheet{background:var(--paper-0);border:1px solid var(--paper-4);border-radius:6px;overflow-x:auto}
.sheet h2{padding:9px 20px;border-bottom:1px solid var(--paper-3)}
.fig{display:grid;grid-template-columns:repeat(5,1fr);margin:10px 0 14px}
.fig li{padding:8px 20px;border-left:1px solid var(--paper-3)}.fig li:first-child{border:0}
.fig b{display:block;font-size:22px;line-height:28px;color:var(--ink-9)}
.g{display:grid;grid-template-columns:minmax(0,1fr) 384px;gap:16px;align-items:start}
.col{display:flex;flex-direction:column;gap:16px;min-width:0}
table{width:100%;border-collapse:collapse;font-size:14px;line-height:20px}
th{padding:6px 12px;text-align:left;font-size:13px;line-height:20px;font-weight:600;color:#4a443a;background:var(--paper-1);
border-bottom:1px solid var(--paper-5);white-space:nowrap}
td{padding:6px 12px;border-bottom:1px solid var(--paper-3);vertical-align:top}tr:last-child td{border-bottom:0}
th.right{text-align:right}td:first-child,th:first-child{padding-left:20px}td:last-child,th:last-child{padding-right:20px}
.in{padding:10px 20px 14px;font-size:14px;line-height:20px}.in>*+*{margin-top:10px}
pre{margin:0;font:400 14px/20px ui-monospace,Consolas,"DejaVu Sans Mono",monospace;background:var(--paper-2);
border:1px solid var(--paper-4);border-radius:4px;padding:6px 12px;white-space:pre-wrap;overflow-wrap:anywhere}
.bar{display:block;width:100%;height:16px;border:1px solid var(--paper-5);border-radius:2px;background:#fff}
.bar .f{fill:var(--ink-7)}.bar .m{fill:var(--ink-5)}.bar .l{fill:var(--ink-2)}
.lg{display:grid;grid-template-columns:1fr 1fr;gap:4px 16px}.lg li{display:flex;gap:8px;align-items:center}
.lg i{width:12px;height:12px;border:1px solid var(--paper-5);border-radius:2px;background:#fff}.lg .f{background:var(--ink-7)}.lg .m{background:var(--ink-5)}.lg .l{background:var(--ink-2)}
@media (max-width:1000px){.g{grid-template-columns:minmax(0,1fr)}.fig{grid-template-columns:1fr 1fr}
.fig li{border-left:0;border-top:1px solid var(--paper-3)}.fig li:nth-child(-n+2){border-top:0}
main,.top{padding-left:16px;padding-right:16px}.top .mut{display:none}}
@media print{.btn{display:none}}
`;
