// Significances, limits or counts of one channel against mass.

class ScanCharts {
  constructor(channel, select) {
    this.channel = channel;
    this.select = select;
    this.charts = [];
    const n = channel.arrays.mass.length;
    this.order = Uint32Array.from({ length: n }, (_, i) => i)
      .sort((a, b) => channel.arrays.mass[a] - channel.arrays.mass[b] || a - b);
    this.x = Array.from(this.order, (row) => channel.arrays.mass[row]);
    this.lone = n < 60;
  }

  inOrder(name) {
    const values = this.channel.arrays[name];
    return values === undefined ? null : Array.from(this.order, (row) => orNull(values[row]));
  }

  draw(quantity) {
    for (const chart of this.charts) chart.remove();
    this.charts = [this.significance(), this.limits(quantity)];
    if (this.channel.kind === 'counts') this.charts.unshift(this.counts());
    this.full = [this.x[0], this.x[this.x.length - 1]];
  }

  options(series, scales, label, more = {}) {
    return {
      cursor: { sync: { key: 'mass', setSeries: false }, drag: { x: true, y: false }, points: { size: 7 } },
      scales: { x: { time: false }, ...scales },
      series: [{ label: 'Mass [GeV]', value: (u, v) => (known(v) ? gev(v) : '–') }, ...series],
      axes: [axis('Mass [GeV]', { values: compact }), axis(label, { size: 64, values: compact })],
      legend: { live: true },
      ...more,
    };
  }

  chart(id, options, data, name) {
    return new Chart(document.getElementById(id), options, data, {
      name, click: (u, left) => this.select(this.order[u.posToIdx(left)]),
    });
  }

  selectedLine(u) {
    verticalLine(u, this.channel.arrays.mass[this.channel.row], colour('--fit'), [5, 3]);
  }

  significance() {
    const values = this.inOrder('z');
    const { excess, deficit, arrays } = this.channel;
    const series = [{
      label: 'z local', stroke: () => colour('--text'), width: 1.2, points: { show: this.lone, size: 5 },
      value: under(z),
    }];
    const hooks = {
      drawClear: [(u) => horizontalLine(u, 0, colour('--soft'))],
      draw: [(u) => {
        this.selectedLine(u);
        if (excess !== null) marker(u, arrays.mass[excess], arrays.z[excess], true, colour('--fit'));
        if (deficit !== null) marker(u, arrays.mass[deficit], arrays.z[deficit], false, colour('--background'));
      }],
    };
    const y = { range: (u, low, high) => padded(Math.min(low ?? -1, -1), Math.max(high ?? 1, 1), 0.16) };
    return this.chart('significance', this.options(series, { y }, 'Local significance', { hooks }), [this.x, values],
      'Signed local significance against mass');
  }

  limits(quantity) {
    const found = this.channel.limits.find((each) => each.key === quantity) || this.channel.limits[0];
    const q = (name) => this.inOrder(`${found.key}_ul${name}`);
    const data = [this.x], series = [], bands = [];
    const banded = q('_m2') !== null;
    const format = { value: under(number) };
    if (banded) {
      for (const [low, high, name, fill] of [['_m2', '_p2', '95%', '--outer'], ['_m1', '_p1', '68%', '--inner']]) {
        data.push(q(high), q(low));
        const at = series.length + 1;
        for (const end of ['high', 'low']) {
          series.push({ label: `${name} ${end}`, stroke: 'transparent', width: 0, points: { show: false }, ...format });
        }
        bands.push({ series: [at, at + 1], fill: () => colour(fill) });
      }
    }
    if (q('_0') !== null) {
      data.push(q('_0'));
      series.push({ label: 'Expected median', stroke: () => colour('--text'), width: 1.2, dash: [6, 4],
                    points: { show: false }, ...format });
    }
    data.push(q(''));
    series.push({ label: 'Observed', stroke: () => colour('--text'), width: 1.4, points: { show: this.lone, size: 5 },
                  ...format });
    const logarithm = wantsLogarithm(data.slice(1));
    const y = logarithm ? { distr: 3 } : { range: (u, low, high) => padded(Math.min(0, low ?? 0), high ?? 1, 0.06) };
    const label = withUnit(`Limit on ${short(found.name)}`, found.unit && `[${found.unit}]`);
    const options = this.options(series, { y }, label, { bands, hooks: { draw: [(u) => this.selectedLine(u)] } });
    if (logarithm) options.axes[1].values = decades;
    return this.chart('limits', options, data, `Upper limit on the ${found.name} against mass`);
  }

  counts() {
    const background = this.inOrder('background');
    const error = this.inOrder('background_err');
    const end = (sign) => background.map((b, i) => (known(b) && known(error[i]) ? Math.max(0, b + sign * error[i]) : null));
    const format = { value: under(number) };
    const series = [
      { label: 'High', stroke: 'transparent', width: 0, points: { show: false }, ...format },
      { label: 'Low', stroke: 'transparent', width: 0, points: { show: false }, ...format },
      { label: 'Background', stroke: () => colour('--background'), width: 1.4, dash: [6, 4], points: { show: false }, ...format },
      { label: this.channel.data, stroke: () => colour('--text'), width: 1, points: { show: this.lone, size: 5 }, ...format },
    ];
    const y = { range: (u, low, high) => padded(0, high ?? 1, 0.06) };
    const options = this.options(series, { y }, 'Events in the window',
      { bands: [{ series: [1, 2], fill: () => colour('--inner') }], hooks: { draw: [(u) => this.selectedLine(u)] } });
    return this.chart('counts', options, [this.x, end(1), end(-1), background, this.inOrder('observed')],
      'Events and expected background in each window against mass');
  }

  zoom(low, high) {
    for (const chart of this.charts) chart.plot.setScale('x', { min: low, max: high });
  }

  redraw() {
    for (const chart of this.charts) chart.redraw();
  }
}

const short = (name) => ({ 'signal yield': 'signal yield' }[name] || name
  .replace('efficiency times cross section times branching fraction', 'ε σ B')
  .replace('cross section times branching fraction', 'σ B').replace('cross section', 'σ'));

function padded(low, high, part) {
  const pad = part * (high - low || 1);
  return [low < 0 ? low - pad : low, high + pad];
}
