// What can stand on an axis of the plane: of a run, or of two runs that have it both.

import { number, short, valueText } from "./format.js";

// Returns the axes that all runs have: { key, label, of(run, child), text(value), isLog, ticks }.
export function axesOf(runs) {
  const sets = runs.map(ownAxes);
  return sets[0].filter((axis) => sets.every((set) => set.some((other) => other.key === axis.key)));
}

function ownAxes(run) {
  const axes = [plain("number", "number of the child", (_, child) => child + 1)];
  if (run.measure) {
    const text = (value) => valueText(value, run.measure);
    axes.push({ ...plain("value", run.measure.label, (one, child) => one.result(child)), text });
  }
  const text = (value) => valueText(value, run.reward);
  if (run.columns.reward) axes.push({ ...plain("reward", "reward", column("reward")), text });
  const sizes = [["num_parameters", "parameters"], ["flop", "FLOP"], ["seconds", "seconds"]];
  for (const [key, label] of sizes) {
    const axis = plain(key, label, column(key));
    if (run.columns[key]) axes.push({ ...axis, isLog: key !== "seconds" });
  }
  run.decisions.forEach((decision, t) => axes.push(tokenAxis(decision, t)));
  return axes;
}

function column(name) {
  return (run, child) => run.value(name, child);
}

function plain(key, label, of) {
  return { key, label, of, text: (value) => number(value, Number.isInteger(value) ? 0 : 2) };
}

function tokenAxis({ place, name, anchor, choices }, t) {
  const label = anchor ? `${place}: layers it reads` : `${place}: ${name}`;
  const key = `token ${place} ${name} ${choices.join(" ")}`;
  const of = (run, child) => run.token(child, t);
  const text = anchor ? String : (token) => choices[token];
  return { key, label, of, text, tokens: anchor ? choices.length + 1 : choices.length };
}

// Places values on a line of pixels: { at(value), ticks: [[value, text]] }.
export function scaleOf(axis, values, from, to) {
  let low = values.reduce((a, b) => Math.min(a, b), Infinity);
  let high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (axis.tokens) [low, high] = [-0.5, axis.tokens - 0.5];
  if (!Number.isFinite(low)) [low, high] = [0, 1];
  const isLog = axis.isLog && low > 0 && high > 1.5 * low;
  const fold = isLog ? Math.log : (value) => value;
  const margin = axis.tokens ? 0 : 0.04 * (fold(high) - fold(low)) || 0.5;
  const [start, end] = [fold(low) - margin, fold(high) + margin];
  const at = (value) => from + ((fold(value) - start) / (end - start)) * (to - from);
  const ticks = axis.tokens
    ? Array.from({ length: axis.tokens }, (_, token) => [token, axis.text(token)])
    : (isLog ? logTicks(low, high) : evenTicks(low, high)).map((value) => [value, short(value)]);
  return { at, ticks };
}

function evenTicks(low, high) {
  const rough = (high - low) / 5 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough);
  const ticks = [];
  const last = high / step + 1e-9;
  for (let k = Math.ceil(low / step - 1e-9); k <= last; k++) ticks.push(k * step);
  return ticks;
}

function logTicks(low, high) {
  const ticks = [];
  const steps = high / low > 30 ? [1, 3] : [1, 2, 3, 5, 7];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const factor of steps) {
      const value = factor * 10 ** power;
      if (value >= low && value <= high) ticks.push(value);
    }
  }
  return ticks.length > 1 ? ticks : [low, high];
}
