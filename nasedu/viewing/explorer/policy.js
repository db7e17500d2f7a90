// The policy as a strip a decision: what is likely now, what was chosen, and where it is pushed.

import { el, replaceChildren } from "./dom.js";
import { percent } from "./format.js";

const LEAST = 0.02; // of the strongest push, below which none is shown

export function policy(run, state, step) {
  if (!run.decisions.length) return null;
  const body = el("div", { class: "policy" });
  const note = el("p", { class: "hint" });
  state.on(["step", "chosen"], () => {
    const shares = run.probabilities(step());
    const told = run.childrenOf[step()].filter((child) => run.state(child) === "finished");
    const chosen = state.get("chosen");
    const isHere = chosen?.run === run && run.columns.step[chosen.child] === step();
    const child = isHere ? chosen.child : null;
    note.textContent = words(run, shares, told, child);
    replaceChildren(body, places(run, shares, told, child));
  });
  const title = run.policy ? "The policy before this update" : "What its children chose";
  return el("div", {}, el("h3", {}, title), note, body);
}

function words(run, shares, told, child) {
  if (!told.length) return "No child of this update has a reward: nothing was learned from it.";
  if (!shares) return "This strategy keeps no probabilities: the bars are shares of its children.";
  const outline = child === null ? "" : ` Outlined: what ${run.name(child)} chose.`;
  const key = "Bars: how likely each choice was. Dots: how many children chose it.";
  return `${key} ▲ ▼: where this update pushes.${outline}`;
}

function places(run, shares, told, child) {
  const pushes = run.decisions.map((_, t) => pushesOf(run, t, shares?.[t], told));
  const strongest = Math.max(0, ...pushes.flat().map((push) => Math.abs(push) || 0));
  const rows = new Map();
  run.decisions.forEach((decision, t) => {
    const isKnown = shares ? shares[t] : told.some((one) => run.depth(one) > t);
    if (!decision.choices.length || !isKnown) return;
    if (!rows.has(decision.place)) rows.set(decision.place, []);
    const shown = shares?.[t] ?? decision.choices.map((_, c) => share(run, t, c, told));
    rows.get(decision.place).push(strip(run, t, shown, told, pushes[t], strongest, child));
  });
  return [...rows].map(([place, strips]) => el(
    "section",
    { class: "place", "aria-label": place },
    el("h4", {}, place),
    el("div", { class: "strips" }, strips),
  ));
}

function share(run, t, choice, told) {
  return told.filter((child) => run.isChosen(child, t, choice)).length / (told.length || 1);
}

// How far the update moves the score of each choice: the mean over its children of advantage
// times (1 if chosen, else 0, minus the probability), which is the gradient of a softmax and of
// a sigmoid alike. The probabilities are averages, and so it is this nearly and not exactly.
function pushesOf(run, t, shares, told) {
  if (!shares || told.some((child) => !Number.isFinite(run.advantage(child)))) return [];
  const deep = told.filter((child) => run.depth(child) > t);
  return shares.map((p, c) => {
    const gains = deep.map((child) => run.advantage(child) * (run.isChosen(child, t, c) - p));
    return gains.reduce((sum, gain) => sum + gain, 0) / (told.length || 1);
  });
}

function strip(run, t, shares, told, pushes, strongest, child) {
  const { name, anchor, choices } = run.decisions[t];
  const cells = choices.map((choice, c) => {
    const many = told.filter((one) => run.isChosen(one, t, c)).length;
    const push = Math.abs(pushes[c]) > LEAST * strongest ? pushes[c] : 0;
    return { choice, share: shares[c], many, push };
  });
  const likeliest = cells.reduce((a, b) => (b.share > a.share ? b : a));
  const said = cells.map(({ choice, share: likely, many, push }) =>
    `${choice} ${percent(likely)}, chosen ${many} times${direction(push)}`);
  const label = `${anchor ? "reads layer" : name}: ${said.join("; ")}`;
  return el(
    "div",
    { class: "strip", role: "img", "aria-label": label },
    el("p", { class: "title" }, anchor ? "reads layer" : name),
    el("div", { class: "cells" }, cells.map((cell, c) => {
      const isChosen = child !== null && run.isChosen(child, t, c);
      return cellOf(cell, cell === likeliest && !anchor, isChosen, strongest);
    })),
  );
}

function direction(push) {
  return push > 0 ? ", pushed up" : push < 0 ? ", pushed down" : "";
}

function cellOf({ choice, share: likely, many, push }, isLikeliest, isChosen, strongest) {
  const fill = el("i", { class: "fill" });
  fill.style.height = `${Math.round(100 * likely)}%`;
  const [way, sign] = push > 0 ? ["up", "▲"] : ["down", "▼"];
  const arrow = el("span", { class: `push ${way}` }, push ? sign : "");
  arrow.style.fontSize = `${Math.round(9 + 9 * Math.sqrt(Math.abs(push) / (strongest || 1)))}px`;
  return el(
    "div",
    { class: `cell${isLikeliest ? " likeliest" : ""}${isChosen ? " chosen" : ""}` },
    el("span", { class: "choice" }, choice),
    el("span", { class: "bar" }, fill, el("b", {}, String(Math.round(100 * likely)))),
    el("span", { class: "many" }, many > 4 ? `${many}×` : "•".repeat(many)),
    arrow,
  );
}
