// A child as a drawing that answers: what a part reads, who reads it, and what it costs.

import { nearest } from "./directions.js";
import { el, pairs, replaceChildren, rove, svg } from "./dom.js";
import { number } from "./format.js";
import { layout } from "./layout.js";

const DENSE = 30; // connections, beyond which their lines are thin
const HEAD = "M-5,-4.5L5,0L-5,4.5Z"; // of an arrow, to the right

// Returns an element with the drawing and, below it, what is told of the part that is asked.
// "differs" holds the places of parts that another child has not, or has otherwise.
export function drawing(scene, { title, differs = new Set() }) {
  const told = el("div", { class: "told" });
  const { width, height, boxes, edges, isColumn } = layout(scene);
  const lines = edges.map((edge) => line(edge, scene));
  const parts = scene.map((part, i) => box(part, boxes[i], isColumn, spoken(scene, i, differs)));
  differs.forEach((i) => parts[i].classList.add("differs"));
  const picture = svg(
    "svg",
    { class: "drawing", viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": title },
    lines,
    parts,
  );
  picture.classList.toggle("dense", edges.length > DENSE);
  picture.style.maxWidth = `${Math.round(width * 1.15)}px`;
  let held = null; // the part that stays lit when nothing is asked

  function light(i) {
    picture.classList.toggle("asking", i !== null);
    const reads = i === null ? [] : scene[i].inputs;
    parts.forEach((part, j) => {
      part.classList.toggle("asked", j === i);
      part.classList.toggle("source", reads.includes(j));
      part.classList.toggle("reader", i !== null && scene[j].inputs.includes(i));
      part.setAttribute("aria-pressed", String(j === held));
    });
    edges.forEach((edge, k) => {
      lines[k].classList.toggle("in", edge.to === i);
      lines[k].classList.toggle("out", edge.from === i);
    });
    replaceChildren(told, i === null ? hint() : facts(scene, i));
  }

  parts.forEach((part, i) => {
    part.addEventListener("pointerenter", () => light(i));
    part.addEventListener("pointerleave", () => light(held));
    part.addEventListener("blur", () => light(held));
    const hold = () => {
      held = held === i ? null : i;
      light(i);
    };
    part.addEventListener("click", hold);
    part.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      hold();
    });
  });
  const ends = { Home: 0, End: parts.length - 1 };
  rove(parts, { next: (i, key) => ends[key] ?? nearest(boxes, i, key), onfocus: light });
  light(null);
  return el("div", { class: isColumn ? "answers" : "answers free" }, picture, told);
}

function line({ from, to, path, tip, isFar }, scene) {
  const kind = scene[to].kind === "output" ? "to-output" : `from-${scene[from].kind}`;
  const place = `translate(${tip.x},${tip.y})rotate(${tip.angle})`;
  return svg(
    "g",
    { class: `edge ${kind} ${isFar ? "far" : "near"}`, "aria-hidden": "true" },
    svg("path", { d: path }),
    svg("path", { class: "head", d: HEAD, transform: place }),
  );
}

function box(part, { x, y, w, h }, isColumn, label) {
  const attributes = { class: `part ${part.kind}`, role: "button", "aria-label": label };
  const frame = svg("rect", { x: x - w / 2, y: y - h / 2, width: w, height: h, rx: 6 });
  return svg("g", attributes, frame, isColumn ? rowTexts(part, x, y, w) : stackedTexts(part, x, y));
}

function rowTexts(part, x, y, w) {
  const [left, right, base] = [x - w / 2 + 10, x + w / 2 - 10, y + 5];
  const isNamed = part.name !== part.label;
  const room = part.note ? 12 : Math.floor((w - 30 - (isNamed ? 8 * part.name.length : 0)) / 9.2);
  const words = cut(part.label, room);
  const place = part.note ? { x: isNamed ? left + 66 : left } : { x: right, "text-anchor": "end" };
  return [
    isNamed && svg("text", { class: "name", x: left, y: base }, cut(part.name, 22)),
    svg("text", { class: "label", y: base, ...place }, words),
    svg("text", { class: "note", x: right, y: base, "text-anchor": "end" }, part.note),
  ];
}

function stackedTexts(part, x, y) {
  const [first, ...rest] = part.label.split(" ");
  const lines = rest.length ? [first, rest.join(" ")] : [first];
  const middle = { x, "text-anchor": "middle" };
  return [
    svg("text", { class: "name", ...middle, y: y - 15 }, part.name),
    lines.map((text, i) =>
      svg("text", { class: "label", ...middle, y: y + 4 + 17 * i }, cut(text, 9)),
    ),
  ];
}

function cut(text, most) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function hint() {
  return el("p", { class: "hint" }, "Point at a box, or move through them with the arrow keys.");
}

// "layers 1, 2 and 5" where names differ in their number alone.
function names(scene, places) {
  const groups = new Map();
  for (const i of places) {
    const [, word, count] = scene[i].name.match(/^(\D+) (\d+)$/) ?? [null, scene[i].name, null];
    groups.set(word, [...(groups.get(word) ?? []), count]);
  }
  const words = [...groups].map(([word, counts]) =>
    counts[0] === null ? word : `${word}${counts.length > 1 ? "s" : ""} ${counts.join(", ")}`);
  return words.join(", ") || "nothing";
}

function readers(scene, i) {
  return scene.flatMap((part, j) => (part.inputs.includes(i) ? [j] : []));
}

function facts(scene, i) {
  const part = scene[i];
  const told = part.facts.map(([name, value]) => [name, factText(value)]);
  return [
    el("h4", {}, part.name, part.label === part.name ? null : el("span", {}, ` ${part.label}`)),
    el("dl", {}, pairs([
      ["reads", names(scene, part.inputs)],
      ["is read by", names(scene, readers(scene, i))],
      ...told,
    ])),
  ];
}

function factText(value) {
  return typeof value === "number" ? number(value) : value;
}

function spoken(scene, i, differs) {
  const part = scene[i];
  const words = [part.name === part.label ? part.name : `${part.name}: ${part.label}`];
  if (differs.has(i)) words.push("differs");
  words.push(`reads ${names(scene, part.inputs)}`, `read by ${names(scene, readers(scene, i))}`);
  for (const [name, value] of part.facts) words.push(`${name} ${factText(value)}`);
  return words.join("; ");
}

// The same child as a small picture without words. Parts of equal choices have the same of a few
// tints, so that one sees how children become alike while a policy settles.
export function thumbnail(scene) {
  const { width, height, boxes, edges } = layout(scene);
  return svg(
    "svg",
    { class: "thumbnail", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    edges.map((edge) => svg("path", { class: "edge", d: edge.path })),
    scene.map((part, i) => {
      const { x, y, w, h } = boxes[i];
      const frame = { x: x - w / 2, y: y - h / 2, width: w, height: h, rx: 8 };
      return svg("rect", { ...frame, class: `part ${part.kind} tint-${tintOf(part)}` });
    }),
  );
}

function tintOf({ label, note }) {
  let sum = 0;
  for (const letter of label + note) sum = (31 * sum + letter.codePointAt(0)) % 1000003;
  return sum % 6;
}
