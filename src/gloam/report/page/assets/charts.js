// Charts against mass: made with uPlot, with their zoom and their cursors linked.

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const FONT = '13px system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif';

function axis(label, more = {}) {
  return {
    stroke: () => colour('--text'), grid: { stroke: () => colour('--grid'), width: 1 },
    ticks: { stroke: () => colour('--line'), width: 1 }, font: FONT, labelFont: FONT, label, labelSize: 24, ...more,
  };
}

function compact(u, values) {
  return values.map((v) => {
    if (v === null || v === undefined) return '';
    return Math.abs(v) >= 1e5 || (v !== 0 && Math.abs(v) < 1e-3) ? power(v) : signs(String(Number(v.toPrecision(6))));
  });
}

function power(v) {
  const [mantissa, exponent] = v.toExponential().split('e');
  const digits = String(Number(Number(mantissa).toPrecision(3)));
  return signs(`${digits === '1' ? '' : digits === '-1' ? '-' : `${digits}·`}10`) + raised(Number(exponent));
}

// axes with powers of ten: only full decades are written where there are several
function decades(u, values) {
  const shown = values.filter((v) => v !== null);
  const many = shown.length > 9;
  return values.map((v) => (v === null || (many && !Number.isInteger(Number(Math.log10(v).toFixed(6)))) ? '' : compact(u, [v])[0]));
}

class Chart {
  // place: the element that holds it; options and data: of uPlot; more: {click, name, height}
  constructor(place, options, data, more) {
    this.place = place;
    this.more = more;
    this.height = more.height || 260;
    place.replaceChildren();
    place.setAttribute('role', 'img');
    place.setAttribute('aria-label', more.name);
    const width = () => Math.max(260, place.clientWidth);
    this.plot = new uPlot({ width: width(), height: this.height, ...options }, data, place);
    this.plot.over.addEventListener('pointerdown', (event) => { this.down = [event.clientX, event.clientY]; });
    this.plot.over.addEventListener('click', (event) => this.click(event));
    this.observer = new ResizeObserver(() => {
      if (place.clientWidth && width() !== this.plot.width) this.plot.setSize({ width: width(), height: this.height });
    });
    this.observer.observe(place);
  }

  click(event) {
    const moved = this.down && Math.hypot(event.clientX - this.down[0], event.clientY - this.down[1]) > 4;
    if (moved || !this.more.click) return;
    const box = this.plot.over.getBoundingClientRect();
    this.more.click(this.plot, event.clientX - box.left, event.clientY - box.top);
  }

  redraw() {
    this.plot.redraw(false, false);
  }

  remove() {
    this.observer.disconnect();
    this.plot.destroy();
  }
}

// drawing in the coordinates of a chart
function inside(u, draw) {
  const { ctx } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
  ctx.clip();
  draw(ctx, (x) => u.valToPos(x, 'x', true), (y) => u.valToPos(y, 'y', true), window.devicePixelRatio || 1);
  ctx.restore();
}

function verticalLine(u, x, stroke, dash = []) {
  if (!known(x)) return;
  inside(u, (ctx, px, py, ratio) => {
    ctx.strokeStyle = stroke;
    ctx.lineWidth = 1.5 * ratio;
    ctx.setLineDash(dash.map((d) => d * ratio));
    ctx.beginPath();
    ctx.moveTo(px(x), u.bbox.top);
    ctx.lineTo(px(x), u.bbox.top + u.bbox.height);
    ctx.stroke();
  });
}

function horizontalLine(u, y, stroke) {
  inside(u, (ctx, px, py, ratio) => {
    ctx.strokeStyle = stroke;
    ctx.lineWidth = ratio;
    ctx.beginPath();
    ctx.moveTo(u.bbox.left, py(y));
    ctx.lineTo(u.bbox.left + u.bbox.width, py(y));
    ctx.stroke();
  });
}

function marker(u, x, y, up, fill) {
  if (!known(x) || !known(y)) return;
  inside(u, (ctx, px, py, ratio) => {
    const size = 6 * ratio * (up ? 1 : -1);
    const away = py(y) - 5 * Math.sign(size) * ratio;
    ctx.fillStyle = fill;
    ctx.strokeStyle = colour('--text');
    ctx.beginPath();
    ctx.moveTo(px(x), away - size);
    ctx.lineTo(px(x) - size, away - 2.6 * size);
    ctx.lineTo(px(x) + size, away - 2.6 * size);
    ctx.closePath();
    ctx.fill();
    ctx.stroke();
  });
}

// Gaps of a factor: limits that span more than a decade and a half are drawn on a logarithmic axis
function wantsLogarithm(series) {
  let low = Infinity, high = 0;
  for (const values of series) for (const v of values) if (known(v)) {
    if (v <= 0) return false;
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  return high > 30 * low;
}
