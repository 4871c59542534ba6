// The numbers of the selected hypothesis in words and tables.

function detailRows(channel, row, statuses) {
  const a = channel.arrays, unit = channel.units[0], counted = channel.kind !== 'fits';
  const [status, fitted] = statuses[a.status[row]];
  const counting = status === 'ok' ? 'the events were counted' : 'hidden or vetoed bins: nothing was counted';
  const meaning = counted ? counting : fitted;
  const range = (low, high, u) => `${gev(low)} to ${gev(high)} ${u}`.trim();
  const rows = [];
  const masses = a.mass2 && known(a.mass2[row]) ? `${gev(a.mass[row])} and ${gev(a.mass2[row])}` : gev(a.mass[row]);
  rows.push(['Mass', `${masses} GeV`, { id: 'shown-mass', 'data-value': a.mass[row] }]);
  rows.push(['Peak expected at', withUnit(gev(a.position[row]), unit)]);
  if (counted) {
    rows.push(['Events counted', number(a.observed[row]), { id: 'shown-observed', 'data-value': a.observed[row] }]);
    rows.push(['Background expected', measured(a.background[row], a.background_err[row])]);
  }
  rows.push([counted ? 'Events above background' : 'Signal yield', measured(a.n_sig[row], a.n_sig_err[row]),
    { id: 'shown-yield', 'data-value': a.n_sig[row], 'data-error': a.n_sig_err[row] }]);
  rows.push(['Local significance', z(a.z[row]), { id: 'shown-z', 'data-value': a.z[row] }]);
  rows.push(['Local p-value', number(a.p[row], 3)]);
  rows.push(['Window', range(a.low[row], a.high[row], unit)]);
  if (a.low2 && known(a.low2[row])) rows.push(['Window, second observable', range(a.low2[row], a.high2[row], channel.units[1])]);
  rows.push(['Status', `${status.replace(/_/g, ' ')}: ${meaning}`, { id: 'shown-status', 'data-value': status }]);
  if (!counted) rows.push(['Certificate', `−ln L within ${number(a.edm[row], 2)} of its minimum`]);
  for (const { key, name, unit: u } of channel.limits) {
    const at = (quantile) => (a[`${key}_ul${quantile}`] ? a[`${key}_ul${quantile}`][row] : null);
    const band = known(at('_m1')) ? `; 68%: ${number(at('_m1'), 3)} to ${number(at('_p1'), 3)}` : '';
    const expected = known(at('_0')) ? ` (expected ${number(at('_0'), 3)}${band})` : '';
    rows.push([`Upper limit on the ${name}`, `${withUnit(number(at('')), u)}${expected}`, { 'data-limit': key, 'data-value': at('') }]);
  }
  return rows;
}

function table(head, rows) {
  const cells = (row) => row.map((cell, i) => (i ? element('td', {}, cell) : element('th', { scope: 'row' }, cell)));
  return element('div', { class: 'scroll' }, element('table', {},
    element('thead', {}, element('tr', {}, ...head.map((name) => element('th', { scope: 'col' }, name)))),
    element('tbody', {}, ...rows.map((row) => element('tr', {}, ...cells(row))))));
}

function showDetails(channel, row, statuses) {
  const rows = detailRows(channel, row, statuses).map(([name, value, attributes]) => element('tr', {},
    element('th', { scope: 'row' }, name), element('td', attributes || {}, value)));
  document.getElementById('details').replaceChildren(
    element('table', { class: 'pairs' }, element('caption', {}, channel.convention), element('tbody', {}, ...rows)));
  showVariants(channel, row, statuses);
  showNuisances(channel, row);
}

function showVariants(channel, row, statuses) {
  const place = document.getElementById('variants'), fits = channel.fits;
  if (!channel.variants.length) return place.replaceChildren();
  const rows = channel.variants.map((name, i) => {
    const at = (column) => fits[`variant${i}.${column}`][row];
    return [name, measured(at('n_sig'), at('n_sig_err')), z(at('z')), number(at('ul')), statuses[at('status')][0].replace(/_/g, ' ')];
  });
  place.replaceChildren(element('h4', {}, 'Background variants at this mass'),
    table(['Variant', 'Signal yield', 'Local significance', 'Upper limit on the yield', 'Status'], rows));
}

function showNuisances(channel, row) {
  const place = document.getElementById('nuisances'), found = channel.nuisances;
  if (!found) return place.replaceChildren();
  const mass = channel.arrays.mass;
  let best = 0;
  found.rows.forEach((other, i) => {
    if (Math.abs(mass[other] - mass[row]) < Math.abs(mass[found.rows[best]] - mass[row])) best = i;
  });
  const rows = found.names.map((name, i) => [name, `${z(found.pull[best][i])} ± ${number(found.pull_error[best][i], 3)}`,
    `${number(Math.abs(found.n_sig_effect[best][i]), 3)} events`,
    known(found.limit_effect[best][i]) ? `${number(100 * found.limit_effect[best][i], 2)} %` : 'not computed']);
  const where = found.rows[best] === row ? 'at this mass' : `at ${gev(mass[found.rows[best]])} GeV, the nearest mass at which they were computed`;
  place.replaceChildren(element('h4', {}, `Nuisance parameters ${where}`),
    table(['Uncertainty', 'Pull', 'One standard deviation moves the yield by', 'It raises the limit by'], rows));
}
