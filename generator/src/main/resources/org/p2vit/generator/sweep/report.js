'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const byId = new Map(data.points.map(p => [p.id, p]));
  const measured = new Map(data.measurements.map(m => [m.id, m]));
  const details = new Map(data.details.map(d => [d.id, d]));
  const front = data.front.map(id => byId.get(id));
  const onFront = new Set(data.front);
  const models = [...new Set(data.points.map(p => p.point.model))];
  const COLOURS = ['#46598c', '#c8703a', '#3f9c96', '#a877b0', '#7fa04c', '#b3475c'];
  const colour = model => COLOURS[models.indexOf(model) % COLOURS.length];
  const number = (v, digits = 0) => v.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
  const percent = v => number(100 * v, 1) + ' %';
  const macs = a => a.rows * a.columns * a.depth;
  const AXES = {
    CYCLES: ['cycles an image', p => p.cycles],
    LUTS: ['LUTs', p => p.luts],
    MEMORY: ['on-chip memory, KiB', p => p.memoryBytes / 1024],
    ENERGY: ['energy of an image, uJ', p => p.microjoules],
  };
  const element = (tag, text, className) => {
    const e = document.createElement(tag);
    if (text !== undefined) e.textContent = text;
    if (className) e.className = className;
    return e;
  };
  const charts = new Map();
  const chart = (id, option) => {
    const old = charts.get(id);
    if (old) old.dispose();
    const made = echarts.init(document.getElementById(id));
    made.setOption(Object.assign({ animation: false, textStyle: { fontFamily: 'inherit' } }, option));
    charts.set(id, made);
    return made;
  };
  const array = p => { const a = p.point.architecture; return `${a.rows} x ${a.columns} x ${a.depth}`; };
  const open = id => { location.hash = 'point-' + id; };

  function tooltip(p) {
    const m = measured.get(p.id);
    const lines = [
      `<b>${p.point.model}, ${array(p)}</b>`,
      `${number(p.cycles)} cycles, ${percent(p.utilization)} of the array`,
      `${number(p.luts)} LUTs, ${number(p.memoryBytes / 1024)} KiB, ${number(p.microjoules, 1)} uJ`,
      `${p.point.architecture.axi.dataBits}-bit AXI, latency ${p.point.latency}`,
    ];
    if (m && !m.error) lines.push(`RTL: ${number(m.cycles)} cycles, ${number(m.luts)} LUTs, ${m.exact ? 'bit-exact' : 'NOT bit-exact'}`);
    return lines.join('<br>');
  }

  function drawFront() {
    const [xName, x] = AXES[document.getElementById('x').value];
    const [yName, y] = AXES[document.getElementById('y').value];
    const item = p => ({ value: [x(p), y(p)], id: p.id });
    const series = [{
      type: 'scatter', name: 'all designs', large: true, largeThreshold: 3000, symbolSize: 4, itemStyle: { color: '#c5ccd2' },
      data: data.points.filter(p => !onFront.has(p.id)).map(p => [x(p), y(p)]), silent: true,
    }];
    for (const model of models) {
      series.push({
        type: 'scatter', name: model, symbolSize: 11, itemStyle: { color: colour(model), borderColor: '#fff', borderWidth: 1 },
        data: front.filter(p => p.point.model === model).map(item),
      });
    }
    const made = chart('front', {
      legend: { top: 0 }, grid: { left: 80, right: 30, top: 40, bottom: 50 },
      tooltip: { formatter: e => tooltip(byId.get(e.data.id)) },
      xAxis: { type: 'log', name: xName, nameLocation: 'middle', nameGap: 30, min: 'dataMin', max: 'dataMax', axisLabel: { formatter: v => number(v) } },
      yAxis: { type: 'log', name: yName, min: 'dataMin', max: 'dataMax', axisLabel: { formatter: v => number(v) } },
      series,
    });
    made.on('click', e => { if (e.data.id) open(e.data.id); });
  }

  function row(table, cells, tag = 'td') {
    const tr = element('tr');
    cells.forEach((c, i) => tr.append(element(tag, c, typeof c === 'string' && /^[-+\d]/.test(c) && i > 1 ? 'n' : tag === 'th' && i > 1 ? 'n' : '')));
    table.append(tr);
    return tr;
  }

  function drawTable() {
    const table = document.getElementById('points');
    row(table, ['model', 'array', 'cycles', 'array busy', 'LUTs', 'memory, KiB', 'energy, uJ', 'RTL cycles', 'synthesized LUTs', 'result'], 'th');
    for (const p of front) {
      const m = measured.get(p.id);
      const ok = m && !m.error;
      const tr = row(table, [p.point.model, array(p), number(p.cycles), percent(p.utilization), number(p.luts), number(p.memoryBytes / 1024), number(p.microjoules, 1),
        ok ? number(m.cycles) : '', ok ? number(m.luts) : '', !m ? 'not built' : m.error ? m.error : m.exact ? 'bit-exact' : 'NOT bit-exact']);
      if (m && (m.error || !m.exact)) tr.lastChild.className = 'bad';
      tr.classList.add('link');
      tr.addEventListener('click', () => open(p.id));
    }
  }

  function drawAccuracy(id, name, predicted, real) {
    const pairs = front.filter(p => measured.has(p.id) && !measured.get(p.id).error).map(p => ({ value: [real(measured.get(p.id)), predicted(p)], id: p.id }));
    const ends = pairs.flatMap(p => p.value);
    const low = Math.min(...ends), high = Math.max(...ends);
    chart(id, {
      title: { text: name, textStyle: { fontSize: 13 } }, grid: { left: 80, right: 20, top: 40, bottom: 50 },
      tooltip: { formatter: e => e.data.id ? tooltip(byId.get(e.data.id)) + `<br>off by ${number(100 * (e.data.value[1] / e.data.value[0] - 1), 3)} %` : '' },
      xAxis: { type: 'log', name: 'measured', nameLocation: 'middle', nameGap: 30, min: low, max: high, axisLabel: { formatter: v => number(v) } },
      yAxis: { type: 'log', name: 'predicted', min: low, max: high, axisLabel: { formatter: v => number(v) } },
      series: [
        { type: 'line', data: [[low, low], [high, high]], showSymbol: false, lineStyle: { color: '#9aa5af', type: 'dashed' }, silent: true },
        { type: 'scatter', data: pairs, itemStyle: { color: '#46598c' } },
      ],
    });
  }

  function drawRoofline() {
    const roofs = new Map();
    const intensities = front.map(p => details.get(p.id).macsPerByte);
    const from = Math.min(...intensities) / 8, to = Math.max(...intensities) * 2;
    for (const p of front) {
      const a = p.point.architecture;
      const peak = macs(a), bytes = a.axi.dataBits / 8;
      roofs.set(`${peak}/${bytes}`, [[from, Math.min(peak, from * bytes)], [peak / bytes, peak], [Math.max(to, 2 * peak / bytes), peak]].filter(v => v[0] >= from));
    }
    const series = [...roofs.values()].map(line => ({ type: 'line', data: line, showSymbol: false, lineStyle: { color: '#c5ccd2', width: 1 }, silent: true }));
    for (const model of models) {
      series.push({
        type: 'scatter', name: model, itemStyle: { color: colour(model) },
        data: front.filter(p => p.point.model === model).map(p => ({ value: [details.get(p.id).macsPerByte, p.utilization * macs(p.point.architecture)], id: p.id })),
      });
    }
    chart('roofline', {
      legend: { top: 0, data: models }, grid: { left: 80, right: 30, top: 40, bottom: 50 },
      tooltip: { formatter: e => tooltip(byId.get(e.data.id)) },
      xAxis: { type: 'log', name: 'multiplications a byte', nameLocation: 'middle', nameGap: 30, axisLabel: { formatter: v => number(v) } },
      yAxis: { type: 'log', name: 'multiplications a cycle', axisLabel: { formatter: v => number(v) } },
      series,
    }).on('click', e => { if (e.data.id) open(e.data.id); });
  }

  const bars = (id, title, entries, unit) => {
    const shown = entries.filter(e => e[1] > 0);
    chart(id, {
      title: { text: title, textStyle: { fontSize: 13 } }, grid: { left: 150, right: 70, top: 40, bottom: 20 },
      tooltip: { formatter: e => `${e.name}: ${number(e.value, 1)} ${unit}` },
      xAxis: { type: 'value', axisLabel: { formatter: v => number(v) } },
      yAxis: { type: 'category', inverse: true, data: shown.map(e => e[0]), axisTick: { show: false } },
      series: [{ type: 'bar', data: shown.map(e => e[1]), itemStyle: { color: '#46598c' }, barMaxWidth: 18, label: { show: true, position: 'right', formatter: e => number(e.value, e.value < 10 ? 2 : 0) } }],
    });
  };

  function showPoint(id) {
    const p = byId.get(id), d = details.get(id), m = measured.get(id), a = p.point.architecture;
    const page = document.getElementById('point');
    page.replaceChildren();
    const back = element('a', 'all designs');
    back.href = '#';
    page.append(back, element('h1', `${p.point.model}, ${array(p)}`));
    const facts = element('section');
    const table = element('table');
    const fact = (name, value) => { const tr = element('tr'); tr.append(element('td', name), element('td', value)); table.append(tr); };
    fact('cycles an image, predicted', `${number(p.cycles)} (${percent(p.utilization)} of the array)`);
    if (m) fact('RTL', m.error ? m.error : `${number(m.cycles)} cycles, ${number(m.elements)} elements ${m.exact ? 'bit-exact' : 'NOT bit-exact'}`);
    fact('LUTs, predicted', number(p.luts));
    if (m && !m.error) fact('LUTs, synthesized', number(m.luts));
    fact('on-chip memory', `${number(p.memoryBytes / 1024, 1)} KiB`);
    fact('energy of an image', `${number(p.microjoules, 1)} uJ`);
    fact('re-quantizer, LayerNorm', `${a.requantLanes}, ${a.layerNormLanes} lanes`);
    fact('shifter array', `${a.rows} rows x ${a.shifterColumns} columns x ${a.shifterDepth} deep`);
    fact('memory port', `${a.axi.dataBits}-bit AXI, latency ${p.point.latency}`);
    facts.append(table);
    page.append(facts);
    const plots = [];
    const section = (title, ids) => {
      const s = element('section');
      s.append(element('h2', title));
      const pair = element('div', undefined, ids.length > 1 ? 'pair' : '');
      for (const plot of ids) {
        const div = element('div', undefined, 'chart');
        div.id = plot;
        pair.append(div);
      }
      s.append(pair);
      page.append(s);
    };
    section('Cycles', ['losses', 'busy']);
    plots.push(() => bars('losses', 'array not useful, by cause', Object.entries(d.losses).map(([k, v]) => [k.toLowerCase().replaceAll('_', ' '), v]), 'cycles'));
    if (m && m.busy) plots.push(() => bars('busy', 'chunk at work, RTL, % of the cycles', Object.entries(m.busy).map(([k, v]) => [k.toLowerCase().replaceAll('_', ' '), 100 * v / m.cycles]), '%'));
    section('Area', ['luts', 'memory']);
    if (m && m.lutsByPart) plots.push(() => bars('luts', 'LUTs by part', Object.entries(m.lutsByPart), 'LUTs'));
    plots.push(() => bars('memory', 'memory map, KiB', d.buffers.map(b => [b.buffer, b.words * b.wordBits / 8 / 1024]), 'KiB'));
    section('Energy', ['energy']);
    plots.push(() => bars('energy', 'uJ an image', Object.entries(d.picojoules).map(([k, v]) => [k, v / 1e6]), 'uJ'));
    if (data.timelines[id]) {
      const s = element('section', undefined, 'timeline');
      s.append(element('h2', 'Timeline, RTL'));
      const box = element('div');
      box.innerHTML = data.timelines[id];
      s.append(box);
      page.append(s);
    }
    document.getElementById('overview').hidden = true;
    page.hidden = false;
    plots.forEach(draw => draw());
    scrollTo(0, 0);
  }

  function showOverview() {
    document.getElementById('point').hidden = true;
    document.getElementById('overview').hidden = false;
    drawFront();
    const any = [...measured.values()].some(m => !m.error);
    document.getElementById('accuracy-section').hidden = !any;
    if (any) {
      drawAccuracy('accuracy-cycles', 'cycles', p => p.cycles, m => m.cycles);
      drawAccuracy('accuracy-luts', 'LUTs', p => p.luts, m => m.luts);
    }
    drawRoofline();
  }

  function show() {
    const id = location.hash.replace('#point-', '');
    if (details.has(id)) showPoint(id); else showOverview();
  }

  for (const [select, chosen] of [['x', data.objectives[0]], ['y', data.objectives[1] || 'LUTS']]) {
    const e = document.getElementById(select);
    for (const [key, [name]] of Object.entries(AXES)) {
      const option = element('option', name);
      option.value = key;
      option.selected = key === chosen;
      e.append(option);
    }
    e.addEventListener('change', drawFront);
  }
  document.getElementById('summary').textContent =
    `${number(data.points.length)} designs predicted, ${front.length} on the front, ${data.measurements.filter(m => !m.error).length} built, simulated and synthesized.`;
  drawTable();
  addEventListener('hashchange', show);
  addEventListener('resize', () => charts.forEach(c => { if (!c.isDisposed()) c.resize(); }));
  show();
})();
