// Every child a dot, in a plane whose axes one picks, with those that are best for their size.

import { axesOf } from "./axes.js";
import { childList } from "./child_list.js";
import { runMark } from "./detail.js";
import { nearest } from "./directions.js";
import { el } from "./dom.js";
import { number } from "./format.js";
import { paint, placesOf } from "./painting.js";
import { pick } from "./state.js";

const HELP = "Click a dot, or move between dots with the arrow keys; Enter goes to its drawing.";
const NEAR = 14; // pixels around a dot in which others are listed with it

export function plane(page, state) {
  const runs = page.runs.filter((run) => run.columns.reward);
  const axes = axesOf(runs);
  const has = (key) => axes.some((axis) => axis.key === key);
  const canvas = el("canvas", {
    tabindex: "0",
    role: "application",
    "aria-roledescription": "plane of dots",
    "aria-describedby": "plane-help",
  });
  const said = el("p", { class: "unseen", role: "status" });
  const list = childList(page, state);
  const selects = {
    x: axisSelect("across", axes, has("num_parameters") ? "num_parameters" : "number"),
    y: axisSelect("up", axes, has("value") ? "value" : "reward"),
  };
  let dots = []; // { run, child, x, y } in pixels
  let current = -1; // the dot under the keyboard

  function shownAxes() {
    return [selects.x, selects.y].map(({ value }) => axes.find((axis) => axis.key === value));
  }

  function draw() {
    const box = canvas.getBoundingClientRect();
    if (!box.width) return; // on a tab that is not shown
    const [x, y] = shownAxes();
    dots = placesOf(runs, x, y, box);
    current = -1;
    const label = `${number(dots.length)} children: ${x.label} across, ${y.label} up`;
    canvas.setAttribute("aria-label", label);
    repaint();
  }

  function repaint() {
    const [x, y] = shownAxes();
    const { chosen, pins } = state.values;
    paint(canvas, { runs, x, y, dots, chosen, pins, current: dots[current] });
  }

  function take(i, listed = near(dots, i)) {
    current = i;
    const { run, child } = dots[i];
    list.show(listed.map((dot) => pick(dot.run, dot.child)));
    state.set({ chosen: pick(run, child) });
  }

  canvas.addEventListener("click", (event) => {
    const box = canvas.getBoundingClientRect();
    const i = closest(dots, event.clientX - box.left, event.clientY - box.top);
    if (i >= 0) take(i);
  });
  canvas.addEventListener("keydown", (event) => {
    const i = next(dots, current, event.key);
    if (event.key === "Enter" && current >= 0) document.querySelector(".detail").focus();
    if (i === undefined) return;
    event.preventDefault();
    take(i);
    const { run, child } = dots[i];
    const told = shownAxes().map((axis) => `${axis.label} ${axis.text(axis.of(run, child))}`);
    said.textContent = `${run.name(child)}: ${told.join(", ")}`;
  });
  for (const select of Object.values(selects)) select.addEventListener("change", draw);
  state.on(["chosen", "pins"], repaint);
  state.on(["tab"], () => requestAnimationFrame(draw));
  new ResizeObserver(draw).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  list.show(bestOf(runs));

  return el(
    "div",
    { class: "plane" },
    el(
      "div",
      { class: "controls" },
      el("label", {}, "across ", selects.x),
      el("label", {}, "up ", selects.y),
      legend(runs),
    ),
    canvas,
    el("p", { class: "hint", id: "plane-help" }, HELP),
    said,
    list.element,
  );
}

function legend(runs) {
  const ring = el("span", { class: "mark ring", "aria-hidden": "true" });
  return el(
    "p",
    { class: "legend" },
    runs.map((run) => el("span", {}, runMark(run), runs.length > 1 ? run.title : run.thing)),
    runs.some((run) => run.front.size) && el("span", {}, ring, "best for its size"),
  );
}

function axisSelect(name, axes, chosen) {
  return el("select", { "aria-label": `Axis ${name}` },
    axes.map(({ key, label }) => el("option", { value: key, selected: key === chosen }, label)));
}

function bestOf(runs) {
  const all = runs.flatMap((run) =>
    Array.from(run.columns.reward, (reward, child) => ({ run, child, reward })));
  const rewarded = all.filter((one) => Number.isFinite(one.reward));
  rewarded.sort((a, b) => b.reward - a.reward);
  return rewarded.slice(0, 12).map(({ run, child }) => pick(run, child));
}

function closest(dots, x, y) {
  let best = -1;
  let least = 30 ** 2;
  dots.forEach((dot, i) => {
    const far = (dot.x - x) ** 2 + (dot.y - y) ** 2;
    if (far < least) [best, least] = [i, far];
  });
  return best;
}

function near(dots, i) {
  const far = (dot) => (dot.x - dots[i].x) ** 2 + (dot.y - dots[i].y) ** 2;
  const others = dots.filter((dot) => dot !== dots[i] && far(dot) <= NEAR ** 2);
  return [dots[i], ...others.sort((a, b) => far(a) - far(b))];
}

// Where a key leads; the first arrow key leads to the leftmost dot.
function next(dots, i, key) {
  const leftmost = (sign) =>
    dots.reduce((best, dot, j) => (sign * dot.x < sign * dots[best].x ? j : best), 0);
  if (!dots.length || !/^(Arrow|Home$|End$)/.test(key)) return undefined;
  if (key === "End") return leftmost(-1);
  return key === "Home" || i < 0 ? leftmost(1) : nearest(dots, i, key);
}
