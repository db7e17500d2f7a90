// The elements of the page. Texts become text nodes and never HTML, whatever they hold.

const SVG = "http://www.w3.org/2000/svg";

export function el(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

// An attribute that is a function listens to the event that its name says after "on";
// true sets an attribute without a value, and false or null leaves it out.
function filled(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(key.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...present(children));
  return node;
}

export function replaceChildren(node, ...children) {
  node.replaceChildren(...present(children));
}

// Names and values for a description list.
export function pairs(rows) {
  return rows.map(([name, value]) =>
    el("div", { class: name.split(" ")[0] }, el("dt", {}, name), el("dd", {}, value)));
}

function present(children) {
  return children.flat(Infinity).filter((child) => child != null && child !== false);
}

export function isCalm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

// Brings a part of the page into view where it is not, as a phone has one below the other.
export function reveal(node) {
  const box = node.getBoundingClientRect();
  if (box.top >= 0 && box.top < innerHeight * 0.75) return;
  node.scrollIntoView({ block: "start", behavior: isCalm() ? "auto" : "smooth" });
}

// One stop of the Tab key for a group, in which the arrow keys move: "items" are its elements.
export function rove(items, { next = stepOf, onfocus = () => {} } = {}) {
  items.forEach((item, i) => {
    item.setAttribute("tabindex", i ? "-1" : "0");
    item.addEventListener("keydown", (event) => {
      const target = items[next(items.indexOf(item), event.key, items.length)];
      if (!target) return;
      event.preventDefault();
      target.focus();
    });
    item.addEventListener("focus", () => {
      for (const other of items) other.setAttribute("tabindex", other === item ? "0" : "-1");
      onfocus(i);
    });
  });
}

// Where a key leads in a row of elements; undefined for other keys.
export function stepOf(i, key, length) {
  const steps = { ArrowRight: i + 1, ArrowDown: i + 1, ArrowLeft: i - 1, ArrowUp: i - 1 };
  const ends = { Home: 0, End: length - 1 };
  return ends[key] ?? steps[key];
}
