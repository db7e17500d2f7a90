// The children of one update as small drawings, each with its reward and its advantage.

import { capital } from "./detail.js";
import { el, replaceChildren, reveal, rove } from "./dom.js";
import { thumbnail } from "./drawing.js";
import { count, signed, valueText } from "./format.js";
import { pick } from "./state.js";

const MOST = 24; // drawings of one update; beyond, nobody looks at each

export function batch(run, state, step) {
  const list = el("ul", { class: "batch", "aria-label": "Children of this update" });
  const more = el("p", { class: "more" });
  let buttons = [];
  state.on(["step"], () => {
    const children = run.childrenOf[step()];
    const had = buttons.indexOf(document.activeElement);
    const largest = Math.max(...children.map((child) => Math.abs(run.advantage(child)) || 0));
    buttons = children.slice(0, MOST).map((child) => card(run, state, child, largest));
    rove(buttons);
    const texts = children.map((child) => valueText(run.value("reward", child), run.reward));
    const longest = Math.max(...texts.map((text) => text.length));
    list.classList.toggle("long", longest > 5);
    list.classList.toggle("wide-cards", longest > 6);
    replaceChildren(list, buttons.map((button) => el("li", {}, button)));
    const rest = children.length - MOST;
    more.textContent = rest > 0 ? `and ${count(rest, "more child", "more children")}` : "";
    buttons[had]?.focus();
  });
  state.on(["chosen", "step"], () => {
    const chosen = state.get("chosen");
    buttons.forEach((button, i) => {
      const isChosen = chosen === pick(run, run.childrenOf[step()][i]);
      button.setAttribute("aria-pressed", String(isChosen));
    });
  });
  const hasBaseline = run.steps.baseline.some(Number.isFinite);
  const title = hasBaseline ? "Its children, their rewards and advantages" : "Its children";
  return el("div", {}, el("h3", {}, title), list, more);
}

function card(run, state, child, largest) {
  const advantage = run.advantage(child);
  const reward = run.value("reward", child);
  const told = run.state(child) === "finished" ? valueText(reward, run.reward) : run.state(child);
  const larger = Math.max(reward, reward - advantage);
  const push = Number.isFinite(advantage) ? signed(advantage, run.reward, larger) : "";
  const words = `${capital(run.name(child))}, reward ${told}${push && `, advantage ${push}`}`;
  return el(
    "button",
    {
      type: "button",
      class: "card",
      "aria-label": words,
      onclick: () => {
        state.set({ chosen: pick(run, child) });
        reveal(document.querySelector(".detail"));
      },
    },
    el("span", { class: "who" }, String(child + 1)),
    thumbnail(run.scene(child)),
    el("span", { class: "reward" }, told),
    push && el("span", { class: `advantage ${advantage >= 0 ? "up" : "down"}` },
      push, meter(advantage, largest)),
  );
}

function meter(value, largest) {
  const bar = el("i", { class: "meter" });
  bar.style.width = `${Math.round((100 * Math.abs(value)) / (largest || 1))}%`;
  return bar;
}
