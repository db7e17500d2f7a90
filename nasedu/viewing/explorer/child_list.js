// A list of children: the best at first, then those around the dot that was chosen.

import { capital, rowsOf, runMark } from "./detail.js";
import { el, replaceChildren, reveal, rove } from "./dom.js";
import { count } from "./format.js";

const MOST = 60; // rows: a crowd of dots may hold thousands

export function childList(page, state) {
  const list = el("ul", { class: "children" });
  const title = el("h3", {});
  let listed = [];
  let isFirst = true;
  state.on(["chosen"], () => markChosen());

  function markChosen() {
    const buttons = list.querySelectorAll("button");
    const chosen = state.get("chosen");
    listed.forEach((one, i) => buttons[i]?.setAttribute("aria-pressed", String(one === chosen)));
  }

  function show(picked) {
    listed = picked.slice(0, MOST);
    const here = count(picked.length, "child here", "children here");
    title.textContent = isFirst ? `The best ${listed.length}` : here;
    isFirst = false;
    const buttons = listed.map((one) => row(page, state, one));
    rove(buttons);
    replaceChildren(list, buttons.map((button) => el("li", {}, button)));
    markChosen();
  }
  const label = { class: "listed", "aria-label": "Children in a list" };
  return { element: el("section", label, title, list), show };
}

function row(page, state, picked) {
  const { run, child } = picked;
  const left = ["FLOP", "seconds", run.measure && "reward"];
  const told = rowsOf(run, child).filter(([name]) => !left.includes(name));
  return el(
    "button",
    {
      type: "button",
      onclick: () => {
        state.set({ chosen: picked });
        reveal(document.querySelector(".detail"));
      },
    },
    page.runs.length > 1 && runMark(run),
    el("b", {}, capital(run.name(child))),
    told.map(([name, value]) => el("span", {}, `${name} `, el("em", {}, value))),
  );
}
