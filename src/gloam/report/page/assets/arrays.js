// Reading what the page carries: a JSON document, and blocks of arrays (little-endian, gzip, base 64).

const KINDS = { f8: Float64Array, f4: Float32Array, i4: Int32Array, i2: Int16Array, u2: Uint16Array, u1: Uint8Array,
                i1: Int8Array };

function readJson(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

async function readBlock(id, directory) {
  const text = atob(document.getElementById(id).textContent);
  const packed = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) packed[i] = text.charCodeAt(i);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  const buffer = await new Response(stream).arrayBuffer();
  const arrays = {};
  for (const [name, [kind, start, length]] of Object.entries(directory)) {
    arrays[name] = new KINDS[kind](buffer, start, length);
  }
  return arrays;
}

// the arrays of one channel, without the number of the channel before their names
function ofChannel(arrays, number) {
  const start = `${number}.`;
  return Object.fromEntries(
    Object.entries(arrays).filter(([name]) => name.startsWith(start)).map(([name, a]) => [name.slice(start.length), a]));
}

const known = (x) => x !== null && x !== undefined && Number.isFinite(x);
const orNull = (x) => (Number.isFinite(x) ? x : null);
