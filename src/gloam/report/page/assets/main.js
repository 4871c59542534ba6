// The state of the page: which channel, which hypothesis, which limits; everything else follows from it.

async function start() {
  const run = readJson('run');
  const paper = document.querySelector('.paper');
  paper.open = false;
  window.addEventListener('beforeprint', () => { paper.open = true; });
  window.addEventListener('afterprint', () => { paper.open = false; });
  const scan = await readBlock('scan-arrays', run.scan);
  document.documentElement.classList.add('interactive');
  run.channels.forEach((channel, i) => {
    channel.arrays = ofChannel(scan, i);
    channel.row = channel.excess ?? 0;
  });
  const page = new Page(run);
  const asked = location.hash;
  page.show(run.channels[0]);
  page.fromAddress(asked);
  await nextFrame();
  const fits = await readBlock('fit-arrays', run.fits);
  run.channels.forEach((channel, i) => {
    const own = ofChannel(fits, i);
    channel.fits = channel.kind === 'fits' ? prepareFits(own) : own;
  });
  page.fitsAreRead();
  document.documentElement.dataset.ready = 'yes';
}

const nextFrame = () => new Promise((done) => setTimeout(done, 0));

class Page {
  constructor(run) {
    this.run = run;
    this.fitCharts = new FitCharts();
    this.controls();
    if (run.plane) this.plane = new CouplingPlane(run.plane, run.channels, (row, channel) => {
      if (channel !== this.channel) this.show(channel);
      this.select(row);
    });
    if (run.toys) this.toys = drawToys(run.toys);
    window.addEventListener('hashchange', () => this.fromAddress(location.hash));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.redraw());
  }

  controls() {
    const bind = (id, event, act) => document.getElementById(id).addEventListener(event, act);
    const tabs = document.getElementById('channels');
    tabs.replaceChildren(...(this.run.channels.length > 1 ? this.run.channels : []).map((channel) => {
      channel.tab = element('button', { type: 'button', onclick: () => this.show(channel) }, channel.title);
      return channel.tab;
    }));
    bind('to-excess', 'click', () => this.select(this.channel.excess));
    bind('to-deficit', 'click', () => this.select(this.channel.deficit));
    bind('previous', 'click', () => this.step(-1));
    bind('next', 'click', () => this.step(1));
    bind('all', 'click', () => this.scan && this.scan.zoom(...this.scan.full));
    bind('around', 'click', () => this.around());
    bind('mass', 'change', (event) => this.select(this.nearest(Number(event.target.value))));
    bind('quantity', 'change', (event) => this.quantityChanged(event.target.value));
    bind('colours', 'change', (event) => {
      document.documentElement.dataset.bands = event.target.value;
      this.redraw();
    });
    document.getElementById('explorer').addEventListener('keydown', (event) => {
      if (['INPUT', 'SELECT'].includes(event.target.tagName)) return;
      if (event.key === 'ArrowLeft') this.step(-1);
      else if (event.key === 'ArrowRight') this.step(1);
      else return;
      event.preventDefault();
    });
  }

  show(channel) {
    for (const each of this.run.channels) {
      each.selected = each === channel;
      if (each.tab) each.tab.setAttribute('aria-pressed', String(each.selected));
    }
    this.channel = channel;
    document.getElementById('explorer').dataset.kind = channel.kind;
    const choices = channel.limits.map(({ key, name, unit }) => [channel.kind === 'plane' ? `${key}_ul` : key, `${name}${unit ? ` [${unit}]` : ''}`]);
    if (channel.kind === 'plane') {
      for (const { key, name } of channel.limits) if (channel.arrays[`${key}_ul_0`]) choices.push([`${key}_ul_0`, `${name}, expected`]);
      choices.unshift(['z', 'local significance'], ['observed', 'events'], ['background', 'expected background']);
    }
    document.getElementById('quantity').replaceChildren(...choices.map(([key, name]) => element('option', { value: key }, name)));
    if (this.scan) for (const chart of this.scan.charts) chart.remove();
    this.scan = this.map = null;
    if (channel.kind !== 'plane') {
      this.scan = new ScanCharts(channel, (row) => this.select(row));
      this.scan.draw(choices[0][0]);
    } else {
      this.map = new CountsMap(channel, (row) => this.select(row));
      if (channel.fits) this.map.draw('z');
    }
    document.getElementById('order').textContent = channel.kind === 'plane' ? 'window' : 'mass';
    this.select(channel.row);
  }

  quantityChanged(quantity) {
    if (this.map) return this.map.draw(quantity);
    const { min, max } = this.scan.charts[0].plot.scales.x, full = this.scan.full;
    this.scan.draw(quantity);
    if (min !== full[0] || max !== full[1]) this.scan.zoom(min, max);
    return undefined;
  }

  select(row) {
    if (row === null || row === undefined) return;
    this.channel.row = row;
    const mass = this.channel.arrays.mass[row];
    document.getElementById('mass').value = Number(mass.toPrecision(7));
    const several = this.run.channels.length > 1 ? `channel=${encodeURIComponent(this.channel.name)}&` : '';
    const address = this.channel.kind === 'plane' ? `row=${row}` : `mass=${Number(mass.toPrecision(12))}`;
    history.replaceState(null, '', `#${several}${address}`);
    if (this.channel.fits) this.showFit();
    this.redrawScan();
  }

  showFit() {
    const { channel } = this, { row } = channel;
    showDetails(channel, row, this.run.statuses);
    if (channel.kind !== 'fits') return this.fitCharts.clear();
    const fit = fitOf(channel.fits, row);
    const note = document.getElementById('merged');
    note.textContent = '';
    if (fit === null) return this.fitCharts.clear('No certified fit at this mass: there is nothing to draw.');
    if (fit.merged > 1) note.textContent = `Up to ${fit.merged} bins are merged for display; the fit used them one by one.`;
    return this.fitCharts.draw(channel, fit, channel.arrays.position[row]);
  }

  fitsAreRead() {
    if (this.map) this.map.draw('z');
    this.showFit();
  }

  step(by) {
    if (!this.scan) return this.select(Math.min(this.channel.arrays.mass.length - 1, Math.max(0, this.channel.row + by)));
    const at = this.scan.order.indexOf(this.channel.row) + by;
    return at >= 0 && at < this.scan.order.length ? this.select(this.scan.order[at]) : undefined;
  }

  nearest(mass) {
    let best = 0;
    const masses = this.channel.arrays.mass;
    for (let i = 1; i < masses.length; i++) if (Math.abs(masses[i] - mass) < Math.abs(masses[best] - mass)) best = i;
    return best;
  }

  around() {
    if (!this.scan) return;
    const { arrays, row } = this.channel, half = 2 * Math.max(arrays.high[row] - arrays.low[row], 1e-9);
    const [low, high] = this.scan.full, width = Math.min(half, 0.1 * (high - low));
    this.scan.zoom(Math.max(low, arrays.mass[row] - width), Math.min(high, arrays.mass[row] + width));
  }

  // #channel=NAME&mass=M, #mass=M in whichever channel has the nearest, or #channel=NAME&row=N
  fromAddress(address) {
    const asked = new URLSearchParams(address.slice(1)), mass = Number(asked.get('mass')), row = Number(asked.get('row'));
    const channel = this.run.channels.find((each) => each.name === asked.get('channel'))
      || (asked.has('mass') && known(mass) ? this.nearestChannel(mass) : this.channel);
    if (channel !== this.channel) this.show(channel);
    if (asked.has('row') && row >= 0 && row < this.channel.arrays.mass.length) this.select(row);
    else if (asked.has('mass') && known(mass)) this.select(this.nearest(mass));
  }

  nearestChannel(mass) {
    const far = ({ arrays }) => arrays.mass.reduce((least, m) => Math.min(least, Math.abs(m - mass)), Infinity);
    return this.run.channels.reduce((best, each) => (far(each) < far(best) ? each : best));
  }

  redrawScan() {
    if (this.scan) this.scan.redraw();
    if (this.map) this.map.redraw();
    if (this.plane) this.plane.chart.redraw();
  }

  redraw() {
    this.redrawScan();
    this.fitCharts.redraw();
    if (this.toys) this.toys.redraw();
  }
}

start().catch((fault) => {
  document.documentElement.classList.remove('interactive');
  document.querySelector('.paper').open = true;
  console.error(fault);
});
