// What the page holds, unpacked: numbers in arrays by name, drawings in lines of JSON.

const ARRAYS = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, f8: Float64Array };

async function inflated(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

export async function unpacked(packed) {
  return new ARRAYS[packed.kind](await inflated(packed.data));
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
  const [columns, steps, lines, lengths, values] = await Promise.all([
    unpackedColumns(plain.columns),
    unpackedColumns(plain.steps),
    inflated(plain.scenes.lines).then((bytes) => new TextDecoder().decode(bytes).split("\n")),
    plain.policy ? unpacked(plain.policy.lengths) : null,
    plain.policy ? unpacked(plain.policy.values) : null,
  ]);
  const policy = plain.policy && { scale: plain.policy.scale, lengths, values };
  return new Run(plain, index, columns, steps, lines, policy);
}

// A run, or the children of a gallery. Children and updates are meant by their place, from 0.
export class Run {
  constructor(plain, index, columns, steps, lines, policy) {
    Object.assign(this, plain, { index, columns, steps, lines, policy });
    this.numSteps = steps.number?.length ?? 0;
    this.best = plain.measure ?? plain.reward;
    this.childrenOf = Array.from({ length: this.numSteps }, () => []);
    columns.step?.forEach((step, child) => this.childrenOf[step].push(child));
    this.front = new Set(plain.front);
    this.places = [];
    let at = 0;
    for (const decision of plain.decisions) {
      this.places.push(at);
      at += decision.width * plain.count;
    }
    if (policy) {
      policy.starts = [];
      policy.lengths.reduce((start, length) => (policy.starts.push(start), start + length), 0);
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
    let at = this.policy.starts[step];
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
    return sceneOf(this.lines[this.columns.scene[child]], this.scenes.words);
  }
}

const KINDS = ["plain", "input", "output", "memory"];

function sceneOf(line, words) {
  return JSON.parse(line).map(([name, label, note, kind, x, y, inputs, ...told]) => {
    const facts = [];
    for (let i = 0; i < told.length; i += 2) {
      const value = told[i + 1];
      facts.push([words[told[i]], Array.isArray(value) ? words[value[0]] : value]);
    }
    const texts = { name: words[name], label: words[label], note: words[note] };
    return { ...texts, kind: KINDS[kind], x, y, inputs, facts };
  });
}
