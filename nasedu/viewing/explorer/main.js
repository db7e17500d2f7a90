// The page: a header, tabs on the left, the chosen child on the right.

import { comparing } from "./comparing.js";
import { readPage } from "./data.js";
import { detail, runMark } from "./detail.js";
import { diagnosis } from "./diagnosis.js";
import { el, replaceChildren } from "./dom.js";
import { gallery } from "./gallery.js";
import { plane } from "./plane.js";
import { rewind } from "./rewind.js";
import { State, pick } from "./state.js";
import { tabs } from "./tabs.js";

function show(page) {
  const { runs } = page;
  page.numChildren = runs.reduce((sum, run) => sum + run.count, 0);
  const steps = Math.max(...runs.map((run) => run.numSteps));
  const state = new State({ step: 0, chosen: firstChild(runs[0]), pins: [], tab: "" });
  const isPair = runs[0].groups && page.numChildren === 2;
  if (isPair) state.set({ pins: [pick(runs[0], 0), pick(runs[0], 1)] });
  const shown = panels(page, state, steps);
  const main = document.querySelector("main");
  main.classList.toggle("two", runs.length > 1);
  replaceChildren(
    main,
    header(runs),
    shown.length > 0 && tabs(shown, state),
    el("div", { class: "panes" }, shown.map(({ element }) => element), detail(page, state)),
  );
  state.on(["tab"], () => main.classList.toggle("wide", state.get("tab") === "compare"));
}

function panels(page, state, steps) {
  const { runs, numChildren } = page;
  const all = [
    [runs[0].groups && numChildren > 2, "gallery", "Gallery", () => gallery(runs[0], state)],
    [steps > 0, "rewind", "Rewind", () => rewind(page, state)],
    [steps > 0, "children", "All children", () => plane(page, state)],
    [numChildren > 1, "compare", "Compare", () => comparing(page, state)],
    [runs.some((run) => run.diagnosis?.length), "diagnosis", "Diagnosis", () => diagnosis(page)],
  ];
  return all.filter(([is]) => is).map(([, key, title, make]) => ({ key, title, element: make() }));
}

function header(runs) {
  const isPair = runs.length > 1;
  const titles = runs.map((run) => el(
    "div",
    {},
    el(isPair ? "p" : "h1", { class: "title" }, isPair && runMark(run), run.title),
    el("p", { class: "lead" }, [run.lead, run.status].filter(Boolean).join(". ")),
  ));
  const both = runs.map((run) => run.title).join(" and ");
  return el("header", {}, isPair && el("h1", { class: "unseen" }, both), titles);
}

function firstChild(run) {
  const rewards = run.columns.reward;
  if (!rewards) return run.count ? pick(run, 0) : null;
  let best = 0;
  rewards.forEach((reward, child) => {
    if (reward > rewards[best] || !Number.isFinite(rewards[best])) best = child;
  });
  return pick(run, best);
}

readPage().then(show, (error) => {
  const words = "DecompressionStream" in window
    ? `This page is damaged: ${error.message}`
    : "This page needs a browser of 2023 or later.";
  replaceChildren(document.querySelector("main"), el("h1", {}, document.title), el("p", {}, words));
});
