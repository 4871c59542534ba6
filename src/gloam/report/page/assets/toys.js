// The distribution of the largest significance of toys without a signal.

function drawToys(toys) {
  const centres = toys.counts.map((_, i) => 0.5 * (toys.edges[i] + toys.edges[i + 1]));
  return new Chart(document.getElementById('toys'), {
    cursor: { drag: { x: true, y: false }, points: { show: false } },
    scales: { x: { time: false, range: [toys.edges[0], toys.edges[toys.edges.length - 1]] }, y: { range: (u, a, b) => [0, (b || 1) * 1.08] } },
    series: [{ label: 'Largest local significance', value: under(z) },
      { label: 'Toys', stroke: () => colour('--background'), fill: () => colour('--inner'), width: 1,
        paths: uPlot.paths.bars({ size: [1, Infinity] }), points: { show: false },
        value: under(number) }],
    axes: [axis('Largest local significance of a toy', { values: compact }), axis('Toys', { size: 64, values: compact })],
    hooks: { draw: [(u) => verticalLine(u, toys.observed, colour('--fit'))] },
  }, [centres, toys.counts], { name: 'Largest local significance of each toy, and that of the data', height: 260 });
}
