// One fit: data, background and signal in its window, and the pulls below.

const UNKNOWN = -32768;

// decoded where they are looked at; the codes are differences that wrap around at 16 bits
function prepareFits(arrays) {
  const start = new Uint32Array(arrays.bins.length + 1);
  for (let i = 0; i < arrays.bins.length; i++) start[i + 1] = start[i] + arrays.bins[i];
  const curves = {};
  for (const name of ['background', 'signal', 'variance']) {
    const codes = arrays[`${name}_codes`];
    if (!codes) continue;
    const values = new Int16Array(codes.length);
    let sum = 0;
    for (let i = 0; i < codes.length; i++) values[i] = sum = ((sum + codes[i]) << 16) >> 16;
    curves[name] = values;
  }
  return { ...arrays, start, curves };
}

function fitOf(fits, row) {
  const first = fits.start[row], size = fits.bins[row];
  if (!size) return null;
  const curve = (name) => Array.from({ length: size }, (_, i) => {
    const code = fits.curves[name][first + i];
    return code === UNKNOWN ? null : code * fits[`${name}_unit`][row];
  });
  const edges = [fits.first[row]];
  for (let i = 0; i < size; i++) edges.push(edges[i] + fits.widths[first + i]);
  const sum = (values) => edges.slice(1).map((end, i) => {
    let total = 0;
    for (let j = edges[i]; j < end; j++) total += values[j];
    return total;
  });
  const background = curve('background'), signal = curve('signal');
  const fitted = (values) => values.map((v, i) => (background[i] === null ? null : v));
  const counts = fitted(sum(fits.values));
  const total = background.map((b, i) => (b === null ? null : b + signal[i]));
  const variance = fits.curves.variance ? curve('variance') : total;
  const spread = fits.variances ? fitted(sum(fits.variances)) : counts;
  return {
    edges: edges.map((e) => fits.edges[e]), merged: Math.max(...edges.slice(1).map((e, i) => e - edges[i])),
    counts, background, signal, total,
    errors: counts.map((n, i) => (n === null ? null : poissonErrors(n, n > 0 ? spread[i] / n : 1))),
    pulls: counts.map((n, i) => (n === null ? null : variance[i] > 0 ? (n - total[i]) / Math.sqrt(variance[i]) : 0)),
  };
}

// ends of the central 68 % interval (Garwood) by the cube-root formula of Wilson and Hilferty, good to 1 % of an event
function poissonErrors(sum, unit) {
  const n = sum / unit;
  const high = (n + 1) * (1 - 1 / (9 * (n + 1)) + 1 / (3 * Math.sqrt(n + 1))) ** 3;
  const low = n > 0 ? Math.max(0, n * (1 - 1 / (9 * n) - 1 / (3 * Math.sqrt(n))) ** 3) : 0;
  return [unit * (n - low), unit * (high - n)];
}

class FitCharts {
  constructor() {
    this.charts = [];
  }

  clear(said) {
    for (const chart of this.charts) chart.remove();
    this.charts = [];
    document.getElementById('fit').replaceChildren(said ? element('p', { class: 'said' }, said) : '');
    document.getElementById('pulls').replaceChildren();
  }

  draw(channel, fit, position) {
    this.clear();
    const widths = fit.edges.slice(1).map((e, i) => e - fit.edges[i]);
    const usual = [...widths].sort((a, b) => a - b)[widths.length >> 1];
    const perBin = (values) => values.map((v, i) => (v === null ? null : (v * usual) / widths[i]));
    const drawn = { counts: perBin(fit.counts), background: perBin(fit.background), total: perBin(fit.total),
      up: perBin(fit.errors.map((e) => e && e[1])), down: perBin(fit.errors.map((e) => e && e[0])) };
    const closed = (values) => [...values, values[values.length - 1]];
    const steps = uPlot.paths.stepped({ align: 1 });
    const centres = fit.edges.slice(1).map((e, i) => 0.5 * (e + fit.edges[i]));
    const line = { width: 1.6, paths: steps, points: { show: false }, value: under(number) };
    const highest = Math.max(1e-9, ...drawn.counts.map((c, i) => (c ?? 0) + (drawn.up[i] ?? 0)), ...drawn.total.map((t) => t ?? 0));
    const lowest = Math.min(...drawn.counts.map((c, i) => (c === null ? Infinity : c - drawn.down[i])),
      ...drawn.background.map((t) => t ?? Infinity));
    const from = lowest > 0.6 * highest ? lowest - 0.25 * (highest - lowest) : Math.min(0, lowest);
    const dataName = channel.data;
    const cursor = { sync: { key: 'fit', setSeries: false }, drag: { x: true, y: false }, points: { show: false } };
    const common = { cursor, legend: { live: true } };
    const observable = { label: channel.labels[0], value: (u, v) => (known(v) ? gev(v) : '–') };
    this.charts.push(new Chart(document.getElementById('fit'), {
      ...common,
      scales: { x: { time: false, range: [fit.edges[0], fit.edges[fit.edges.length - 1]] },
                y: { range: () => [from, highest + 0.08 * (highest - from)] } },
      series: [observable,
        { ...line, label: 'Signal and background', stroke: () => colour('--fit') },
        { ...line, label: 'Background', stroke: () => colour('--background'), dash: [7, 4] },
        { label: dataName, stroke: () => colour('--text'), width: 0, paths: () => null, points: { show: false },
          value: under(number) }],
      axes: [axis(channel.labels[0], { values: compact }),
        axis(`${channel.weighted ? 'Sum of weights' : 'Events'} per ${number(usual, 3)} ${channel.units[0]}`, { size: 72, values: compact })],
      hooks: { draw: [(u) => {
        verticalLine(u, position, colour('--soft'), [2, 3]);
        drawPoints(u, centres, drawn.counts, drawn.down, drawn.up);
      }] },
    }, [fit.edges, closed(drawn.total), closed(drawn.background), closed(drawn.counts)],
    { name: 'Data and fit in the window of the selected mass', height: 320 }));
    const most = Math.max(3, ...fit.pulls.map((p) => Math.abs(p ?? 0))) * 1.1;
    this.charts.push(new Chart(document.getElementById('pulls'), {
      ...common,
      scales: { x: { time: false, range: [fit.edges[0], fit.edges[fit.edges.length - 1]] }, y: { range: () => [-most, most] } },
      series: [observable, { label: 'Pull', stroke: () => colour('--text'), width: 0, paths: () => null,
        points: { show: false }, value: under(z) }],
      axes: [axis(channel.labels[0], { values: compact }), axis('Pull', { size: 72, values: compact })],
      hooks: { drawClear: [(u) => horizontalLine(u, 0, colour('--soft'))],
               draw: [(u) => drawPoints(u, centres, fit.pulls, null, null)] },
    }, [fit.edges, closed(fit.pulls)], { name: 'Pulls of the selected fit', height: 170 }));
    // a zoom in one of the two is a zoom in both
    for (const { plot } of this.charts) plot.hooks.setScale = [(u, key) => this.follow(u, key)];
  }

  follow(from, key) {
    if (key !== 'x' || this.following) return;
    this.following = true;
    for (const { plot } of this.charts) {
      if (plot !== from) plot.setScale('x', { min: from.scales.x.min, max: from.scales.x.max });
    }
    this.following = false;
  }

  redraw() {
    for (const chart of this.charts) chart.redraw();
  }
}

function drawPoints(u, x, y, down, up) {
  inside(u, (ctx, px, py, ratio) => {
    ctx.fillStyle = ctx.strokeStyle = colour('--text');
    ctx.lineWidth = ratio;
    ctx.setLineDash([]);
    const zero = py(0);
    for (let i = 0; i < x.length; i++) {
      if (y[i] === null) continue;
      const at = px(x[i]);
      ctx.beginPath();
      ctx.moveTo(at, down ? py(y[i] - down[i]) : zero);
      ctx.lineTo(at, up ? py(y[i] + up[i]) : py(y[i]));
      ctx.stroke();
      ctx.beginPath();
      ctx.arc(at, py(y[i]), 2.1 * ratio, 0, 2 * Math.PI);
      ctx.fill();
    }
  });
}
