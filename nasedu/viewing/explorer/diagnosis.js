// What was noticed of each search: a sentence, what it rests on, and what to try next.

import { runMark } from "./detail.js";
import { el } from "./dom.js";

// A run's diagnosis is a list of [sentence, evidence, next experiment].
export function diagnosis(page) {
  const runs = page.runs.filter((run) => run.diagnosis?.length);
  return el("div", { class: "diagnosis" }, runs.map((run) => el(
    "section",
    {},
    page.runs.length > 1 && el("h2", {}, runMark(run), run.title),
    run.diagnosis.map(noticed),
  )));
}

function noticed([sentence, evidence, next]) {
  return el(
    "article",
    {},
    el("h3", {}, sentence),
    el("p", {}, evidence),
    next && el("p", { class: "next" }, el("b", {}, "Next: "), next),
  );
}
