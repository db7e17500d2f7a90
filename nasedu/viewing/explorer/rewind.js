// The search update by update: a slider with play, step and speed, and what each update saw.

import { batch } from "./batch.js";
import { runMark } from "./detail.js";
import { el, pairs, replaceChildren } from "./dom.js";
import { number, valueText } from "./format.js";
import { policy } from "./policy.js";
import { timeline } from "./timeline.js";

const SPEEDS = [1, 2, 4, 8, 16, 32, 64]; // updates a second

export function rewind(page, state) {
  const longest = page.runs.reduce((a, b) => (b.numSteps > a.numSteps ? b : a));
  const columns = page.runs.filter((run) => run.numSteps).map((run) => {
    const step = () => stepOfRun(run, longest, state.get("step"));
    return el(
      "section",
      { class: `run of-${run.index}`, "aria-label": run.title },
      page.runs.length > 1 && el("h2", {}, runMark(run), run.title),
      timeline(run, state, step),
      numbersOf(run, state, step),
      batch(run, state, step),
      policy(run, state, step),
    );
  });
  const runs = el("div", { class: "runs" }, columns);
  return el("div", { class: "rewind" }, controls(longest, state), runs);
}

// Where another run was when the longest one had asked for as many children.
function stepOfRun(run, longest, step) {
  if (run === longest) return step;
  const asked = Math.max(...longest.childrenOf[step]);
  const later = run.childrenOf.findIndex((children) => Math.min(...children) > asked);
  return later < 0 ? run.numSteps - 1 : Math.max(0, later - 1);
}

function controls(run, state) {
  const last = run.numSteps - 1;
  const go = (step) => state.set({ step: Math.max(0, Math.min(last, step)) });
  const button = (text, label, onclick) =>
    el("button", { type: "button", "aria-label": label, onclick }, text);
  const play = button("▶ Play", null, () => toggle());
  const slider = el("input", {
    type: "range", min: "1", max: String(last + 1), "aria-label": "Update",
    oninput: () => go(Number(slider.value) - 1),
  });
  const speed = el("select", { onchange: () => restart() }, SPEEDS.map((one) => {
    const isUsual = one === startSpeed(last);
    return el("option", { value: String(one), selected: isUsual }, `${one} a second`);
  }));
  const shown = el("span", { class: "place" });
  const said = el("p", { class: "unseen", role: "status" });
  let timer = null;

  function toggle() {
    if (timer !== null) return stop();
    if (state.get("step") === last) go(0);
    restart(true);
  }

  function restart(begin = false) {
    if (timer === null && !begin) return;
    clearInterval(timer);
    timer = setInterval(() => {
      go(state.get("step") + 1);
      if (state.get("step") === last) stop();
    }, 1000 / Number(speed.value));
    play.textContent = "❚❚ Pause";
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = "▶ Play";
    said.textContent = sentence(run, state.get("step"));
  }

  function move(by) {
    if (timer !== null) stop();
    go(state.get("step") + by);
    said.textContent = sentence(run, state.get("step"));
  }

  state.on(["step"], () => {
    const step = state.get("step");
    slider.value = String(step + 1);
    slider.setAttribute("aria-valuetext", sentence(run, step));
    shown.textContent = `update ${number(step + 1)} of ${number(last + 1)}`;
  });
  return el(
    "div",
    { class: "controls", role: "group", "aria-label": "Rewind" },
    play,
    button("◀", "Step back", () => move(-1)),
    button("▶", "Step forward", () => move(1)),
    el("label", {}, "speed ", speed),
    shown,
    slider,
    said,
  );
}

// As fast as shows the whole search in about ten seconds.
function startSpeed(last) {
  return SPEEDS.find((speed) => last / speed <= 12) ?? SPEEDS.at(-1);
}

function sentence(run, step) {
  const words = told(run, step).map((pair) => pair.join(" "));
  return `Update ${step + 1}: ${words.join(", ")}`;
}

function told(run, step) {
  const rows = [["mean_reward", "mean reward"], ["baseline", "baseline"]];
  const known = rows.filter(([key]) => Number.isFinite(run.steps[key][step]));
  const entropy = run.steps.entropy[step];
  return [
    ...known.map(([key, label]) => [label, valueText(run.steps[key][step], run.reward)]),
    ...(Number.isFinite(entropy) ? [["entropy", `${number(entropy, 2)} nats`]] : []),
  ];
}

function numbersOf(run, state, step) {
  const list = el("dl", { class: "numbers lines" });
  state.on(["step"], () => {
    const learner = run.steps.learner[step()];
    const rows = learner ? [["learner", String(learner)]] : [];
    replaceChildren(list, pairs([...rows, ...told(run, step())]));
  });
  return list;
}
