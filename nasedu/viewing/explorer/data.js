// What the page holds, unpacked: numbers in arrays by name, and drawings made of them.

import { Scenes } from "./scenes.js";

const ARRAYS = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, f8: Float64Array };

async function inflated(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

// The first bytes of all numbers come first, then the second ones.
export async function unpacked({ kind, data }) {
  const planes = new Uint8Array(await inflated(data));
  const width = ARRAYS[kind].BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(planes.length);
  const count = planes.length / width;
  for (let k = 0; k < width; k++) {
    for (let i = 0; i < count; i++) bytes[i * width + k] = planes[k * count + i];
  }
  return new ARRAYS[kind](bytes.buffer);
}

async function unpackedColumns(columns) {
  const names = Object.keys(columns ?? {});
  const arrays = await Promise.all(names.map((name) => unpacked(columns[name])));
  return Object.fromEntries(names.map((name, i) => [name, arrays[i]]));
}

export async function readPage() {
  const plain = JSON.parse(document.getElementById("data").textContent);
  return { title: plain.title, runs: await Promise.all(plain.runs.map(readRun)) };
}

async function readRun(plain, index) {
  const [columns, steps, drawn, told, policy] = await Promise.all([
    unpackedColumns(plain.columns),
    unpackedColumns(plain.steps),
    unpackedColumns(plain.scenes.columns),
    Promise.all(plain.scenes.facts.map((fact) => unpacked(fact[2]))),
    plain.policy ? readPolicy(plain.policy) : null,
  ]);
  const facts = plain.scenes.facts.map(([name, isText], i) => [name, isText, told[i]]);
  const scenes = new Scenes(plain.scenes, drawn, facts);
  return new Run({ ...plain, index, columns, steps, scenes, policy });
}

// Probabilities are kept as what changed since the update before, which is little.
async function readPolicy({ scale, lengths: packedLengths, changes }) {
  const [lengths, values] = await Promise.all([unpacked(packedLengths), unpacked(changes)]);
  const width = lengths.reduce((a, b) => Math.max(a, b), 0);
  for (let i = width; i < values.length; i++) values[i] += values[i - width]; // in 16 bits
  return { scale, lengths, values, width };
}

// A run, or the children of a gallery. Children and updates are meant by their place, from 0.
export class Run {
  constructor(values) {
    Object.assign(this, values);
    const { columns, steps } = values;
    this.numSteps = steps.number?.length ?? 0;
    this.childrenOf = Array.from({ length: this.numSteps }, () => []);
    columns.step?.forEach((step, child) => this.childrenOf[step].push(child));
    this.front = new Set(values.front);
    this.places = [];
    let at = 0;
    for (const decision of values.decisions) {
      this.places.push(at);
      at += decision.width * values.count;
    }
  }

  name(child) {
    return this.names?.[child] ?? `child ${child + 1}`;
  }

  value(name, child) {
    return this.columns[name]?.[child] ?? NaN;
  }

  state(child) {
    return ["asked", "finished", "failed"][this.columns.state?.[child] ?? 1];
  }

  // The result in which children are told: the measure if there is one, else the reward.
  result(child) {
    return this.value(this.measure ? "value" : "reward", child);
  }

  depth(child) {
    return this.columns.depth?.[child] ?? 0;
  }

  // The choice of a decision; of an anchor point how many layers it chose.
  token(child, t) {
    const { anchor, width, choices } = this.decisions[t];
    if (t >= this.depth(child)) return NaN;
    if (anchor) return choices.filter((_, j) => this.isChosen(child, t, j)).length;
    let token = 0;
    for (let k = width - 1; k >= 0; k--) token = 256 * token + this.byte(child, t, k);
    return token;
  }

  byte(child, t, k) {
    return this.columns.tokens[this.places[t] + child * this.decisions[t].width + k];
  }

  isChosen(child, t, choice) {
    if (t >= this.depth(child)) return false;
    if (!this.decisions[t].anchor) return this.token(child, t) === choice;
    return ((this.byte(child, t, choice >> 3) >> (choice & 7)) & 1) === 1;
  }

  // The probabilities before an update, a list for each decision; null if none are known.
  probabilities(step) {
    if (!this.policy?.lengths[step]) return null;
    const rows = [];
    let at = step * this.policy.width;
    const end = at + this.policy.lengths[step];
    for (const { choices } of this.decisions) {
      if (at >= end && choices.length) break;
      const shares = this.policy.values.subarray(at, at + choices.length);
      rows.push(Array.from(shares, (share) => share / this.policy.scale));
      at += choices.length;
    }
    return rows;
  }

  // Reward minus baseline: whether an update makes this child's choices likelier.
  advantage(child) {
    return this.value("reward", child) - this.steps.baseline[this.columns.step[child]];
  }

  scene(child) {
    return this.scenes.scene(this.columns.scene[child]);
  }
}
