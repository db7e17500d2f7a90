// The drawings of children, read from their columns: see "packed_scenes" in packing.py.

const KINDS = ["plain", "input", "output", "memory"];

export class Scenes {
  // "columns" and "facts" are arrays; a fact is [name, whether it is a text, values].
  constructor({ words, moulds }, columns, facts) {
    Object.assign(this, { words, moulds, columns, facts });
    this.starts = this.findStarts();
  }

  // Where each scene begins: { part, input, facts } count what comes before it.
  findStarts() {
    const { size, mould, reads } = this.columns;
    const before = this.facts.map(() => 0);
    const starts = [];
    let [part, input] = [0, 0];
    for (const parts of size) {
      starts.push({ part, input, facts: [...before] });
      for (const end = part + parts; part < end; part++) {
        input += reads[part];
        for (const fact of this.moulds[mould[part]][4]) before[fact]++;
      }
    }
    return starts;
  }

  // The parts of a scene: { name, kind, x, y, label, note, inputs, facts: [[name, value]] }.
  scene(k) {
    const { size, mould, label, note, reads, inputs } = this.columns;
    const at = { ...this.starts[k], facts: [...this.starts[k].facts] };
    return Array.from({ length: size[k] }, (_, i) => {
      const part = at.part + i;
      const [name, kind, x, y, told] = this.moulds[mould[part]];
      const read = Array.from(inputs.subarray(at.input, at.input + reads[part]));
      at.input += reads[part];
      const facts = told.map((fact) => this.fact(fact, at.facts[fact]++));
      const texts = { name, label: this.words[label[part]], note: this.words[note[part]] };
      return { ...texts, kind: KINDS[kind], x, y, inputs: read, facts };
    });
  }

  fact(fact, i) {
    const [name, isText, values] = this.facts[fact];
    return [name, isText ? this.words[values[i]] : values[i]];
  }
}
