// Numbers as people read them; a measure's are written as nasedu writes them in Python.

export function valueText(value, of) {
  if (!Number.isFinite(value)) return "none";
  if (of.small && value !== 0 && Math.abs(value) < 0.1) return `${+value.toPrecision(of.digits)}`;
  return number(value, of.digits);
}

export function number(value, digits = 0) {
  const [whole, part] = even(value, digits).toFixed(digits).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return part ? `${grouped}.${part}` : grouped;
}

// A value that lies in the middle of two, as 0.0625 does, goes to the even one, as in Python.
function even(value, digits) {
  if (Math.abs(value * 2 ** (digits + 1)) % 2 !== 1) return value;
  const low = Math.floor(value * 10 ** digits);
  return (low % 2 ? low + 1 : low) / 10 ** digits;
}

export function count(many, one, several = `${one}s`) {
  return `${number(many)} ${many === 1 ? one : several}`;
}

// A difference of two values, with as many digits after the point as the larger one has.
export function signed(value, of, among) {
  const sign = value > 0 ? "+" : value < 0 ? "−" : "±";
  const size = Math.abs(value);
  const isSmall = of.small && Math.abs(among) < 0.1;
  return sign + (isSmall ? `${+size.toPrecision(2)}` : number(size, of.digits));
}

export function percent(share) {
  return `${Math.round(100 * share)} %`;
}

// A number on an axis: 1.2 M, 36 k, 0.85.
export function short(value) {
  const size = Math.abs(value);
  for (const [unit, sign] of [[1e12, " T"], [1e9, " G"], [1e6, " M"], [1e3, " k"]]) {
    if (size >= unit) return `${+(value / unit).toPrecision(3)}${sign}`;
  }
  return `${+value.toPrecision(3)}`;
}
