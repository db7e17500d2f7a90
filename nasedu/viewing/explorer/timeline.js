// The course of a search: the mean reward of every update, the baseline, and where one is.

import { svg } from "./dom.js";

const [WIDTH, HEIGHT, EDGE] = [600, 56, 4];
const LOOK = {
  class: "timeline",
  viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
  preserveAspectRatio: "none",
};

export function timeline(run, state, step) {
  const means = Array.from(run.steps.mean_reward);
  const baselines = Array.from(run.steps.baseline);
  const values = [...means, ...baselines].filter(Number.isFinite);
  if (values.length < 2) return null;
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const x = (i) => EDGE + (i / Math.max(1, means.length - 1)) * (WIDTH - 2 * EDGE);
  const y = (value) => HEIGHT - EDGE - ((value - low) / (high - low || 1)) * (HEIGHT - 2 * EDGE);
  const here = svg("line", { class: "here", y1: 0, y2: HEIGHT });
  const picture = svg(
    "svg",
    { ...LOOK, "aria-hidden": "true" },
    svg("path", { class: "mean", d: path(means, x, y) }),
    svg("path", { class: "baseline", d: path(baselines, x, y) }),
    here,
  );
  state.on(["step"], () => {
    here.setAttribute("x1", x(step()));
    here.setAttribute("x2", x(step()));
  });
  return picture;
}

// A line through the values that there are; where one is missing, it goes on from the one before.
function path(values, x, y) {
  return values
    .map((value, i) => [x(i), value])
    .filter(([, value]) => Number.isFinite(value))
    .map(([at, value], k) => `${k ? "L" : "M"}${at.toFixed(1)},${y(value).toFixed(1)}`)
    .join("");
}
