// Children without a search, in groups: each a small drawing under its name.

import { el, reveal, rove } from "./dom.js";
import { thumbnail } from "./drawing.js";
import { pick } from "./state.js";

export function gallery(run, state) {
  let from = 0;
  const buttons = [];
  const groups = run.groups.map(([title, many]) => {
    const cards = Array.from({ length: many }, (_, i) => card(run, state, from + i));
    from += many;
    buttons.push(...cards);
    const list = el("ul", { class: "exhibits" }, cards.map((one) => el("li", {}, one)));
    return el("section", {}, el("h2", {}, title), list);
  });
  rove(buttons);
  state.on(["chosen"], () => {
    const chosen = state.get("chosen");
    buttons.forEach((one, i) => one.setAttribute("aria-pressed", String(chosen === pick(run, i))));
  });
  return el("div", { class: "gallery" }, groups);
}

function card(run, state, child) {
  return el(
    "button",
    {
      type: "button",
      class: "exhibit",
      onclick: () => {
        state.set({ chosen: pick(run, child) });
        reveal(document.querySelector(".detail"));
      },
    },
    thumbnail(run.scene(child)),
    el("b", {}, run.names[child]),
  );
}
