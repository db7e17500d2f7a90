// The plane on its canvas: axes, dots, the front, and rings around what is chosen.

import { scaleOf } from "./axes.js";

const EDGES = { left: 62, right: 14, top: 12, bottom: 44 };

// Returns where the children that have both values stand: { run, child, x, y } in pixels.
export function placesOf(runs, x, y, box) {
  const valued = (run, child) => ({ run, child, a: x.of(run, child), b: y.of(run, child) });
  const known = runs
    .flatMap((run) => Array.from({ length: run.count }, (_, child) => valued(run, child)))
    .filter(({ a, b }) => Number.isFinite(a) && Number.isFinite(b));
  const [across, up] = scales(known, x, y, box);
  return known.map(({ run, child, a, b }) => ({
    run,
    child,
    a,
    b,
    x: across.at(a) + jitter(child, x, across),
    y: up.at(b) + jitter(child + 0.5, y, up),
  }));
}

function scales(known, x, y, { width, height }) {
  return [
    scaleOf(x, known.map((dot) => dot.a), EDGES.left, width - EDGES.right),
    scaleOf(y, known.map((dot) => dot.b), height - EDGES.bottom, EDGES.top),
  ];
}

// Children with the same choice stand beside each other and not all on one dot.
function jitter(seed, axis, scale) {
  if (!axis.tokens) return 0;
  const room = Math.abs(scale.at(1) - scale.at(0)) * 0.6;
  return (((seed * 0.754877666) % 1) - 0.5) * room;
}

export function paint(canvas, { runs, x, y, dots, chosen, pins, current }) {
  const { width, height } = canvas.getBoundingClientRect();
  if (!width) return;
  const sharp = window.devicePixelRatio || 1;
  [canvas.width, canvas.height] = [width * sharp, height * sharp];
  const pen = canvas.getContext("2d");
  pen.scale(sharp, sharp);
  const style = getComputedStyle(canvas);
  const color = (name) => style.getPropertyValue(`--${name}`).trim();
  paintAxes(pen, { x, y, dots, width, height, color });
  runs.forEach((run) => paintDots(pen, run, dots, color));
  paintFront(pen, dots, x, y, color);
  for (const dot of dots) {
    const isPinned = pins.some((one) => one.run === dot.run && one.child === dot.child);
    if (isPinned) ring(pen, dot, 9, color("ink"), [3, 2]);
  }
  const lit = current ?? dots.find((dot) => dot.run === chosen?.run && dot.child === chosen?.child);
  if (lit) {
    mark(pen, lit, 6, color("chosen"));
    ring(pen, lit, 10, color("ink"), []);
  }
}

function paintAxes(pen, { x, y, dots, width, height, color }) {
  const [across, up] = scales(dots, x, y, { width, height });
  pen.font = "13px system-ui, sans-serif";
  pen.lineWidth = 1;
  pen.strokeStyle = color("line");
  pen.fillStyle = color("quiet");
  pen.textAlign = "center";
  let free = -Infinity; // where the last text ends
  for (const [value, text] of across.ticks) {
    const at = across.at(value);
    const half = pen.measureText(text).width / 2;
    stroke(pen, at, EDGES.top, at, height - EDGES.bottom);
    if (at - half < free + 6) continue;
    pen.fillText(text, Math.min(at, width - half - 2), height - EDGES.bottom + 18);
    free = at + half;
  }
  pen.textAlign = "right";
  for (const [value, text] of up.ticks) {
    stroke(pen, EDGES.left, up.at(value), width - EDGES.right, up.at(value));
    pen.fillText(text.length > 8 ? `${text.slice(0, 7)}…` : text, EDGES.left - 6, up.at(value) + 4);
  }
  pen.fillStyle = color("ink");
  pen.fillText(x.label + " →", width - EDGES.right, height - 6);
  pen.textAlign = "left";
  pen.fillText("↑ " + y.label, EDGES.left + 4, EDGES.top + 12);
}

function stroke(pen, x1, y1, x2, y2) {
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}

function paintDots(pen, run, dots, color) {
  const own = dots.filter((dot) => dot.run === run);
  const size = own.length > 2000 ? 2 : own.length > 500 ? 3 : 4;
  pen.globalAlpha = own.length > 2000 ? 0.45 : 0.75;
  for (const dot of own) mark(pen, dot, size, color(`run-${run.index}`));
  pen.globalAlpha = 1;
}

// A run's dots are round, the other one's are squares: colour alone tells nobody apart.
function mark(pen, { run, x, y }, size, fill) {
  pen.fillStyle = fill;
  pen.beginPath();
  if (run.index) pen.rect(x - size, y - size, 2 * size, 2 * size);
  else pen.arc(x, y, size, 0, 2 * Math.PI);
  pen.fill();
}

function ring(pen, { x, y }, size, color, dash) {
  pen.strokeStyle = color;
  pen.lineWidth = 2;
  pen.setLineDash(dash);
  pen.beginPath();
  pen.arc(x, y, size, 0, 2 * Math.PI);
  pen.stroke();
  pen.setLineDash([]);
}

// Rings around the children that no smaller one beats, and a line of steps where the axes show it.
function paintFront(pen, dots, x, y, color) {
  for (const run of new Set(dots.map((dot) => dot.run))) {
    const front = dots.filter((dot) => dot.run === run && run.front.has(dot.child));
    for (const dot of front) ring(pen, dot, 6, color(`run-${run.index}`), []);
    if (x.key !== "num_parameters" || !["reward", "value"].includes(y.key)) continue;
    pen.beginPath();
    front.sort((a, b) => a.x - b.x).forEach((dot, i) => {
      if (i) pen.lineTo(dot.x, front[i - 1].y);
      pen[i ? "lineTo" : "moveTo"](dot.x, dot.y);
    });
    pen.strokeStyle = color(`run-${run.index}`);
    pen.lineWidth = 2;
    pen.stroke();
  }
}
