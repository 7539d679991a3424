package org.p2vit.generator.report;

/** How the report looks, in light and in dark. */
final class ReportStyle {
  private ReportStyle() {}

  static final String CSS =
      """
      :root{--page:#fff;--ink:#24303b;--dim:#66727d;--line:#dde2e6;--lane:#f3f5f7;--bar:#4b97c4;--float:#d0605e;
        --b8:#46598c;--b4:#3f9c96;--warn:#c0392b;--s1:#46598c;--s2:#3f9c96;--s3:#a877b0;--s4:#e0a93b;--s5:#d0605e}
      @media(prefers-color-scheme:dark){:root{--page:#171c21;--ink:#e3e8ec;--dim:#95a1ab;--line:#333c44;--lane:#20272d;--bar:#5aa5d2;
        --float:#e58a87;--b8:#7187c4;--b4:#4fb5ae;--warn:#ff8a7a;--s1:#8ba0dd;--s2:#56bdb6;--s3:#c59acb;--s4:#e9bc5f;--s5:#e58a87}}
      *{box-sizing:border-box}
      body{margin:0;background:var(--page);color:var(--ink);font:14px/1.5 Inter,'Helvetica Neue',Helvetica,Arial,sans-serif}
      main{max-width:1180px;margin:0 auto;padding:28px 24px 60px}
      h1{font-size:24px;margin:0}
      h2{font-size:18px;margin:40px 0 6px;padding-top:12px;border-top:1px solid var(--line)}
      h3{font-size:14px;margin:22px 0 8px}
      p{max-width:900px;margin:4px 0 12px}
      .dim,small,dt{color:var(--dim)}
      .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:12px;margin:22px 0}
      .card{background:var(--lane);border-radius:8px;padding:12px 14px;display:flex;flex-direction:column}
      .card span{font-size:12px;color:var(--dim)}
      .card b{font-size:21px;font-weight:600;white-space:nowrap}
      .card small{font-size:11px}
      figure{margin:0;overflow-x:auto}
      table{border-collapse:collapse;width:100%;font-size:12.5px}
      thead th{position:sticky;top:0;background:var(--page);color:var(--dim);font-weight:500;font-size:11.5px;border-bottom:1px solid var(--line)}
      th,td{text-align:left;padding:3px 10px 3px 0;border-bottom:1px solid var(--line);white-space:nowrap}
      tbody th{font-weight:500}
      .n{font-variant-numeric:tabular-nums}
      .bits{display:inline-block;min-width:22px;text-align:center;border-radius:4px;color:#fff;font-size:11.5px;font-weight:600}
      .b8{background:var(--b8)}.b4{background:var(--b4)}
      .bar{position:relative;width:130px;background:linear-gradient(var(--lane),var(--lane)) 0 50%/calc(100% - 10px) 16px no-repeat}
      .bar i{position:absolute;left:0;top:calc(50% - 8px);height:16px;max-width:calc(100% - 10px);background:var(--bar);opacity:.45}
      .bar span{position:relative;padding-left:6px;font-variant-numeric:tabular-nums}
      .tensors{display:grid;grid-template-columns:repeat(auto-fill,minmax(172px,1fr));gap:10px}
      .tensor{border:1px solid var(--line);border-radius:8px;padding:8px 10px;font-size:12px}
      .tensor b{display:block;font-size:13px;font-weight:600}
      .tensor svg{display:block;width:100%;margin:6px 0}
      dl{display:grid;grid-template-columns:1fr auto;margin:0;font-size:11.5px}
      dd{margin:0;text-align:right;font-variant-numeric:tabular-nums}
      .warn{color:var(--warn);font-weight:600}
      svg text{font:11px Inter,'Helvetica Neue',Helvetica,Arial,sans-serif;fill:var(--ink)}
      svg .dim{fill:var(--dim)} svg .end{text-anchor:end} svg .mid{text-anchor:middle}
      svg .grid{stroke:var(--line);fill:none}
      svg .axis{stroke:var(--dim);fill:none}
      svg .codes{fill:var(--bar);fill-opacity:.55}
      svg .floats{stroke:var(--float);fill:none;stroke-width:1.2}
      svg .frame{fill:var(--lane)}
      svg .line{fill:none;stroke-width:1.8} svg .alone{fill:none;stroke-width:1.2;stroke-dasharray:3 3}
      svg .s1{stroke:var(--s1)} svg .s2{stroke:var(--s2)} svg .s3{stroke:var(--s3)} svg .s4{stroke:var(--s4)} svg .s5{stroke:var(--s5)}
      @media print{thead th{position:static}.tensor,tr{break-inside:avoid}}
      """;
}
