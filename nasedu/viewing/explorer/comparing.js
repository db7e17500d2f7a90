// Two pinned children side by side: what differs is marked in both drawings, and listed.

import { el, replaceChildren } from "./dom.js";
import { drawing } from "./drawing.js";
import { count } from "./format.js";
import { capital, numbers, rowsOf, runMark } from "./detail.js";
import { togglePin } from "./state.js";

export function comparing(page, state) {
  const panel = el("div", { class: "comparing" });
  state.on(["pins"], () => {
    const pins = state.get("pins");
    replaceChildren(panel, pins.length === 2 ? both(page, state, pins) : waiting(pins));
  });
  return panel;
}

function waiting(pins) {
  const first = pins.map(({ run, child }) => `${capital(run.name(child))} is pinned. `).join("");
  const second = pins.length ? "Choose another child" : "Choose a child, and then another one";
  return el("p", { class: "waiting" }, `${first}${second}, and press “Pin to compare”.`);
}

function both(page, state, pins) {
  const scenes = pins.map(({ run, child }) => run.scene(child));
  const rows = differences(...scenes);
  const marked = scenes.map((scene) => placesOf(scene, rows));
  const names = pins.map(({ run, child }) => labelOf(page, run, child));
  const parts = new Set(rows.map((row) => row.part));
  const sum = `${count(parts.size, "part")} ${parts.size === 1 ? "differs" : "differ"}`;
  return [
    el("h2", {}, rows.length ? sum : "The two are drawn the same"),
    el("div", { class: "pair" }, pins.map((picked, k) => el(
      "section",
      { "aria-label": names[k] },
      el(
        "div",
        { class: "head" },
        el("h3", {}, page.runs.length > 1 && runMark(picked.run), names[k]),
        el("button", { type: "button", onclick: () => togglePin(state, picked) }, "Unpin"),
      ),
      numbers(picked.run, picked.child),
      drawing(scenes[k], { title: `Drawing of ${names[k]}`, differs: marked[k] }),
    ))),
    table(names, rows, pins),
  ];
}

function labelOf(page, run, child) {
  return capital(run.name(child)) + (page.runs.length > 1 ? ` of ${run.title}` : "");
}

// What differs, part by part: { part, what, texts } with a text for each child.
export function differences(a, b) {
  const byName = [a, b].map((scene) =>
    new Map(scene.map((part) => [part.name, describe(scene, part)])));
  const rows = [];
  for (const part of new Set([...byName[0].keys(), ...byName[1].keys()])) {
    const [one, other] = byName.map((parts) => parts.get(part));
    if (!one || !other) {
      rows.push({ part, what: "is there", texts: [one ? "yes" : "no", other ? "yes" : "no"] });
      continue;
    }
    for (const what of ["choice", "output", "reads"]) {
      if (one[what] !== other[what]) rows.push({ part, what, texts: [one[what], other[what]] });
    }
  }
  return rows;
}

function describe(scene, part) {
  const reads = part.inputs.map((i) => scene[i].name).join(", ") || "nothing";
  return { choice: part.label, output: part.note, reads };
}

function placesOf(scene, rows) {
  const names = new Set(rows.map((row) => row.part));
  return new Set(scene.flatMap((part, i) => (names.has(part.name) ? [i] : [])));
}

function table(names, rows, pins) {
  const numbersOf = pins.map(({ run, child }) => new Map(rowsOf(run, child)));
  const told = [...numbersOf[0].keys()].filter((key) => numbersOf[1].has(key));
  const lines = [
    ...told.map((key) => ["the child", key, ...numbersOf.map((one) => one.get(key))]),
    ...rows.map(({ part, what, texts }) => [part, what, ...texts]),
  ];
  if (!lines.length) return null;
  const heads = ["part", "what", ...names].map((name) => el("th", { scope: "col" }, name));
  return el(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": "What differs" },
    el(
      "table",
      {},
      el("caption", {}, "What differs"),
      el("thead", {}, el("tr", {}, heads)),
      el("tbody", {}, lines.map(([first, ...rest]) =>
        el("tr", {}, el("th", { scope: "row" }, first), rest.map((text) => el("td", {}, text))))),
    ),
  );
}
