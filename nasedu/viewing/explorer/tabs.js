// Tabs: one panel is shown; the arrow keys move between them, as everywhere on the web.

import { el, rove } from "./dom.js";

// "panels" are { key, title, element }; the first is shown at once.
export function tabs(panels, state) {
  const buttons = panels.map(({ key, title, element }) => {
    Object.assign(element, { id: `panel-${key}`, tabIndex: -1 });
    element.classList.add("panel");
    element.setAttribute("role", "tabpanel");
    element.setAttribute("aria-labelledby", `tab-${key}`);
    const [id, panel] = [`tab-${key}`, `panel-${key}`];
    const attributes = { type: "button", role: "tab", id, "aria-controls": panel };
    return el("button", { ...attributes, onclick: () => state.set({ tab: key }) }, title);
  });
  rove(buttons, { onfocus: (i) => state.set({ tab: panels[i].key }) });
  const label = { class: "tabs", role: "tablist", "aria-label": "What is shown" };
  const list = el("div", label, buttons);
  state.set({ tab: panels[0].key });
  state.on(["tab"], () => panels.forEach(({ key, element }, i) => {
    const isShown = state.get("tab") === key;
    element.hidden = !isShown;
    buttons[i].setAttribute("aria-selected", String(isShown));
    buttons[i].setAttribute("tabindex", isShown ? "0" : "-1");
  }));
  state.on(["tab"], () => {
    if (list.getBoundingClientRect().top < 0) list.scrollIntoView();
  });
  state.on(["pins"], () => {
    const compare = buttons.find((button) => button.id === "tab-compare");
    if (!compare) return;
    const many = state.get("pins").length;
    compare.textContent = many ? `Compare (${many} pinned)` : "Compare";
    if (many === 2 && panels.length > 1) state.set({ tab: "compare" });
  });
  return list;
}
