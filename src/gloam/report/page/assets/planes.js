// Planes: mass and coupling with the exclusions of others, and maps of counts in two observables.

const EXCLUSIONS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#b8a800', '#8c8c8c'];
const DASHES = [[], [8, 4], [2, 3], [9, 3, 2, 3]];

class CouplingPlane {
  constructor(plane, channels, select) {
    this.plane = plane;
    this.ours = channels.filter((channel) => channel.arrays.coupling_ul !== undefined);
    this.shown = new Set(plane.exclusions.keys());
    this.select = select;
    this.fill(document.getElementById('overlays'));
    this.draw();
  }

  look(i) {
    return { stroke: EXCLUSIONS[i % EXCLUSIONS.length], dash: DASHES[Math.floor(i / EXCLUSIONS.length) % DASHES.length] };
  }

  fill(place) {
    const boxes = this.plane.exclusions.map((each, i) => {
      const box = element('input', { type: 'checkbox', checked: true, onchange: (event) => {
        event.target.checked ? this.shown.add(i) : this.shown.delete(i);
        this.chart.redraw();
      } });
      const { stroke, dash } = this.look(i);
      const swatch = element('span', { class: 'swatch', style: `border-top:3px ${dash.length ? (dash[0] < 4 ? 'dotted' : 'dashed') : 'solid'} ${stroke}` });
      const said = [each.text, each.source, each.note].filter(Boolean).join('. ');
      if (each.kind === 'annotation') return element('li', { title: said }, `${each.label}: ${each.text} (not drawn)`);
      return element('li', {}, element('label', { title: said }, box, swatch, each.label));
    });
    const all = (on) => () => {
      place.querySelectorAll('input').forEach((box) => { box.checked = on; });
      this.shown = new Set(on ? this.plane.exclusions.keys() : []);
      this.chart.redraw();
    };
    place.replaceChildren(
      element('p', { class: 'bar' }, element('button', { type: 'button', onclick: all(true) }, 'Show all'),
        element('button', { type: 'button', onclick: all(false) }, 'Hide all')),
      element('ul', {}, ...boxes));
  }

  draw() {
    const [low, high] = this.plane.mass, [bottom, top] = this.plane.value;
    this.chart = new Chart(document.getElementById('coupling'), {
      cursor: { drag: { x: true, y: true, uni: 30 }, points: { show: false } },
      scales: { x: { time: false, distr: 3, range: (u, a, b) => (a > low || b < high ? [a, b] : [low, high]) },
                y: { distr: 3, range: (u, a, b) => (a > bottom || b < top ? [a, b] : [bottom, top]) } },
      series: [{ label: 'Mass [GeV]', value: (u, v) => this.under(u)[0] }, { label: this.plane.label, value: (u) => this.under(u)[1],
        stroke: () => colour('--fit'), paths: () => null, points: { show: false } }],
      axes: [axis('Mass [GeV]', { values: decades }), axis(this.plane.label, { size: 72, values: decades })],
      hooks: { draw: [(u) => this.paint(u)] },
    }, [[low, high], [bottom, top]], {
      name: this.plane.title, height: 440, click: (u, left) => this.nearest(u.posToVal(left, 'x')),
    });
  }

  under(u) {
    const { left, top } = u.cursor;
    return left === undefined || left < 0 ? ['–', '–'] : [number(u.posToVal(left, 'x')), number(u.posToVal(top, 'y'))];
  }

  nearest(mass) {
    let best = null;
    for (const channel of this.ours) {
      channel.arrays.mass.forEach((m, row) => {
        const far = Math.abs(Math.log(m / mass));
        if (best === null || far < best.far) best = { channel, row, far };
      });
    }
    if (best) this.select(best.row, best.channel);
  }

  paint(u) {
    inside(u, (ctx, px, py, ratio) => {
      this.plane.exclusions.forEach((each, i) => {
        if (!this.shown.has(i) || each.kind === 'annotation') return;
        const { stroke, dash } = this.look(i);
        ctx.strokeStyle = ctx.fillStyle = stroke;
        ctx.lineWidth = 1.6 * ratio;
        ctx.setLineDash(dash.map((d) => d * ratio));
        for (const [mass, value] of each.lines) {
          trace(ctx, px, py, mass.map((m) => Math.max(m, 1e-12)), value);
          if (each.kind === 'region' || each.kind === 'band') {
            ctx.closePath();
            ctx.globalAlpha = 0.2;
            ctx.fill();
            ctx.globalAlpha = 1;
          }
          ctx.stroke();
        }
      });
      ctx.setLineDash([]);
      for (const { arrays } of this.ours) {
        for (const [low, high, fill] of [['m2', 'p2', '--outer'], ['m1', 'p1', '--inner']]) {
          if (!arrays[`coupling_ul_${low}`]) continue;
          area(ctx, px, py, arrays.mass, arrays[`coupling_ul_${low}`], arrays[`coupling_ul_${high}`], colour(fill));
        }
        if (arrays.coupling_ul_0) {
          ctx.strokeStyle = colour('--text');
          ctx.lineWidth = 1.4 * ratio;
          ctx.setLineDash([6 * ratio, 4 * ratio]);
          trace(ctx, px, py, arrays.mass, arrays.coupling_ul_0);
          ctx.stroke();
          ctx.setLineDash([]);
        }
        ctx.strokeStyle = colour('--fit');
        ctx.lineWidth = 1.8 * ratio;
        trace(ctx, px, py, arrays.mass, arrays.coupling_ul);
        ctx.stroke();
      }
    });
    const chosen = this.ours.find((channel) => channel.selected);
    if (chosen) verticalLine(u, chosen.arrays.mass[chosen.row], colour('--fit'), [5, 3]);
  }
}

function trace(ctx, px, py, x, y) {
  ctx.beginPath();
  let pen = false;
  for (let i = 0; i < x.length; i++) {
    if (!known(y[i]) || y[i] <= 0) { pen = false; continue; }
    pen ? ctx.lineTo(px(x[i]), py(y[i])) : ctx.moveTo(px(x[i]), py(y[i]));
    pen = true;
  }
}

function area(ctx, px, py, x, low, high, fill) {
  ctx.fillStyle = fill;
  ctx.globalAlpha = 0.75;
  let run = [];
  const close = () => {
    if (run.length > 1) {
      ctx.beginPath();
      run.forEach((i, k) => (k ? ctx.lineTo(px(x[i]), py(high[i])) : ctx.moveTo(px(x[i]), py(high[i]))));
      run.reverse().forEach((i) => ctx.lineTo(px(x[i]), py(low[i])));
      ctx.fill();
    }
    run = [];
  };
  for (let i = 0; i < x.length; i++) known(low[i]) && known(high[i]) && low[i] > 0 ? run.push(i) : close();
  close();
  ctx.globalAlpha = 1;
}

// colours of a map: blue to white to red for significances, light to dark for limits
function mapColour(value, low, high, diverging) {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
  const stops = diverging
    ? [[33, 102, 172], [146, 197, 222], [247, 247, 247], [244, 165, 130], [178, 24, 43]]
    : [[253, 231, 37], [94, 201, 98], [33, 145, 140], [59, 82, 139], [68, 1, 84]];
  const at = t * (stops.length - 1), i = Math.min(stops.length - 2, Math.floor(at));
  return stops[i].map((c, k) => Math.round(c + (at - i) * (stops[i + 1][k] - c)));
}

class CountsMap {
  constructor(channel, select) {
    this.channel = channel;
    this.select = select;
  }

  values(quantity) {
    const { arrays } = this.channel;
    return arrays[quantity] || arrays.z;
  }

  draw(quantity) {
    if (this.chart) this.chart.remove();
    const { arrays, fits, labels } = this.channel;
    const values = this.values(quantity), diverging = quantity === 'z';
    let low = Infinity, high = -Infinity;
    for (const v of values) if (known(v)) { low = Math.min(low, v); high = Math.max(high, v); }
    const logarithm = !diverging && low > 0 && high > 10 * low;
    if (diverging) { high = Math.max(3, Math.abs(low), Math.abs(high)); low = -high; }
    const scaled = (v) => (logarithm ? Math.log(v) : v);
    const picture = this.picture((v) => mapColour(scaled(v), scaled(low), scaled(high), diverging), values);
    this.key(low, high, diverging, logarithm);
    const ends = (edges) => [edges[0], edges[edges.length - 1]];
    const [x, y] = [ends(fits.edges), ends(fits.edges2)];
    this.chart = new Chart(document.getElementById('map'), {
      cursor: { drag: { x: true, y: true, uni: 30 }, points: { show: false } },
      scales: { x: { time: false, range: (u, a, b) => (a > x[0] || b < x[1] ? [a, b] : x) },
                y: { range: (u, a, b) => (a > y[0] || b < y[1] ? [a, b] : y) } },
      series: [{ label: labels[0], value: (u) => this.under(u)[0] },
        { label: labels[1], value: (u) => this.under(u)[1], paths: () => null, points: { show: false } },
        { label: 'Value', value: (u) => this.under(u)[2], paths: () => null, points: { show: false } }],
      axes: [axis(labels[0], { values: compact }), axis(labels[1], { size: 64, values: compact })],
      hooks: { draw: [(u) => this.paint(u, picture, x, y)] },
    }, [x, y, y], { name: `Map of all windows of ${this.channel.title}`, height: 440, click: (u, left, top) => this.pick(u, left, top) });
    this.shownValues = values;
  }

  picture(colourOf, values) {
    const { nearest } = this.channel.fits;
    const size = Math.round(Math.sqrt(nearest.length));
    const canvas = element('canvas', { width: size, height: size });
    const context = canvas.getContext('2d'), image = context.createImageData(size, size);
    for (let i = 0; i < nearest.length; i++) {
      const row = nearest[i];
      if (row < 0 || !known(values[row])) continue;
      const at = 4 * ((size - 1 - Math.floor(i / size)) * size + (i % size));
      image.data.set([...colourOf(values[row]), 255], at);
    }
    context.putImageData(image, 0, 0);
    return canvas;
  }

  paint(u, picture, x, y) {
    const { arrays, row } = this.channel;
    inside(u, (ctx, px, py, ratio) => {
      ctx.imageSmoothingEnabled = false;
      ctx.drawImage(picture, px(x[0]), py(y[1]), px(x[1]) - px(x[0]), py(y[0]) - py(y[1]));
      ctx.strokeStyle = colour('--text');
      ctx.lineWidth = 2 * ratio;
      const [left, right, top, bottom] = [px(arrays.low[row]), px(arrays.high[row]), py(arrays.high2[row]), py(arrays.low2[row])];
      ctx.beginPath();
      if (this.channel.window === 'ellipse') {
        ctx.ellipse((left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2, 0, 0, 2 * Math.PI);
      } else ctx.rect(left, top, right - left, bottom - top);
      ctx.stroke();
    });
  }

  key(low, high, diverging, logarithm) {
    const bar = element('canvas', { width: 200, height: 1, class: 'scale', role: 'img', 'aria-label': 'Colours of the map' });
    const context = bar.getContext('2d');
    for (let i = 0; i < 200; i++) {
      context.fillStyle = `rgb(${mapColour(i, 0, 199, diverging)})`;
      context.fillRect(i, 0, 1, 1);
    }
    document.getElementById('key').replaceChildren(number(low, 3), bar, number(high, 3), logarithm ? ' (logarithmic)' : '');
  }

  rowAt(u, left, top) {
    const { nearest, edges, edges2 } = this.channel.fits;
    const place = (value, e) => Math.floor(((value - e[0]) / (e[e.length - 1] - e[0])) * (e.length - 1));
    const i = place(u.posToVal(left, 'x'), edges), j = place(u.posToVal(top, 'y'), edges2), size = edges.length - 1;
    return i < 0 || j < 0 || i >= size || j >= size ? -1 : nearest[j * size + i];
  }

  under(u) {
    const { left, top } = u.cursor;
    if (left === undefined || left < 0) return ['–', '–', '–'];
    const row = this.rowAt(u, left, top);
    return [number(u.posToVal(left, 'x')), number(u.posToVal(top, 'y')), row < 0 ? '–' : number(this.shownValues[row])];
  }

  pick(u, left, top) {
    const row = this.rowAt(u, left, top);
    if (row >= 0) this.select(row);
  }

  redraw() {
    if (this.chart) this.chart.redraw();
  }
}
