// The child that was chosen: its numbers, its drawing, and the pin to compare it with another.

import { el, pairs, replaceChildren } from "./dom.js";
import { drawing } from "./drawing.js";
import { number, valueText } from "./format.js";
import { togglePin } from "./state.js";

export function detail(page, state) {
  const label = { class: "detail", "aria-label": "The chosen child", tabindex: "-1" };
  const section = el("section", label);
  const onclick = () => togglePin(state, state.get("chosen"));
  const pin = el("button", { type: "button", class: "pin", onclick });
  state.on(["chosen"], () => {
    const picked = state.get("chosen");
    replaceChildren(section, picked ? shown(page, picked, pin) : el("p", {}, "Choose a child."));
  });
  state.on(["chosen", "pins"], () => {
    const isPinned = state.get("pins").includes(state.get("chosen"));
    pin.textContent = isPinned ? "Unpin" : "Pin to compare";
  });
  return section;
}

function shown(page, { run, child }, pin) {
  const isAlone = page.numChildren === 1; // and named by the page's title
  return [
    el(
      "div",
      { class: isAlone ? "unseen" : "head" },
      el("h2", {}, capital(run.name(child))),
      !isAlone && pin,
    ),
    page.runs.length > 1 && el("p", { class: "of" }, runMark(run), run.title),
    numbers(run, child),
    run.remarks && el("p", { class: "remark" }, run.remarks[child]),
    run.reasons?.[child] && el("p", { class: "failed" }, `It failed: ${run.reasons[child]}`),
    drawing(run.scene(child), { title: `Drawing of ${run.name(child)}` }),
  ];
}

// The mark of a run where there are two: its dots in the plane have the same.
export function runMark(run) {
  return el("span", { class: `mark mark-${run.index}`, "aria-hidden": "true" });
}

export function numbers(run, child) {
  return el("dl", { class: "numbers" }, pairs(rowsOf(run, child)));
}

export function rowsOf(run, child) {
  const rows = [];
  if (run.state(child) === "asked") return [["state", "not trained yet"]];
  if (run.state(child) === "failed") rows.push(["state", "failed"]);
  if (run.measure) rows.push([run.measure.label, valueText(run.result(child), run.measure)]);
  if (run.columns.reward) rows.push(["reward", valueText(run.value("reward", child), run.reward)]);
  for (const [name, label] of [["num_parameters", "parameters"], ["flop", "FLOP"]]) {
    const value = run.value(name, child);
    if (Number.isFinite(value)) rows.push([label, number(value)]);
  }
  const seconds = run.value("seconds", child);
  if (seconds >= 0.005) rows.push(["seconds", number(seconds, seconds < 10 ? 2 : 0)]);
  return rows;
}

export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
