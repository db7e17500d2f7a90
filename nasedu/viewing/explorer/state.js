// What the reader does: which update is shown, which child is chosen, which two are pinned.

export class State {
  constructor(values) {
    this.values = values;
    this.listeners = [];
  }

  get(key) {
    return this.values[key];
  }

  // Sets values; whoever listens to one of those that changed is told once.
  set(changes) {
    const changed = Object.keys(changes).filter((key) => this.values[key] !== changes[key]);
    if (!changed.length) return;
    this.values = { ...this.values, ...changes };
    for (const [keys, listener] of this.listeners) {
      if (keys.some((key) => changed.includes(key))) listener();
    }
  }

  // Calls a function now, and whenever one of these values changes.
  on(keys, listener) {
    this.listeners.push([keys, listener]);
    listener();
  }
}

// A child of a run; equal ones are the same object, so that they can be compared by ===.
const known = new Map();

export function pick(run, child) {
  const key = `${run.index} ${child}`;
  if (!known.has(key)) known.set(key, { run, child });
  return known.get(key);
}

export function togglePin(state, picked) {
  const pins = state.get("pins");
  if (pins.includes(picked)) state.set({ pins: pins.filter((one) => one !== picked) });
  else state.set({ pins: [...pins, picked].slice(-2) });
}
