// Numbers as they are written on the page: the same rules as in the figures.

const MINUS = '\u2212';
const signs = (text) => text.replace(/-/g, MINUS);

function number(x, digits = 4) {
  if (!known(x)) return 'not known';
  const size = Math.abs(x);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) {
    const [mantissa, power] = x.toExponential(digits - 1).split('e');
    return signs(`${mantissa} × 10`) + raised(Number(power));
  }
  return signs(String(Number(x.toPrecision(digits))));
}

function raised(power) {
  return [...String(power)].map((c) => (c === '-' ? '\u207b' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(c)])).join('');
}

// a value and its error, both to two significant digits of the error
function measured(value, error) {
  if (!known(value)) return 'not known';
  if (!(known(error) && error > 0)) return number(value);
  const decimals = Math.min(20, Math.max(0, 1 - Math.floor(Math.log10(error))));
  return `${signs(value.toFixed(decimals))} ± ${error.toFixed(decimals)}`;
}

const z = (x) => (known(x) ? signs(`${x > 0 ? '+' : ''}${x.toFixed(2)}`) : 'not known');
// what a legend writes of the point under the cursor
const under = (write) => (_, v) => (known(v) ? write(v) : '–');
const gev = (x) => number(x, 7);
const withUnit = (text, unit) => (unit ? `${text} ${unit}` : text);

function element(tag, attributes = {}, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'onclick' || name === 'onchange' || name === 'oninput') made[name] = value;
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...content.filter((each) => each !== null && each !== undefined));
  return made;
}
