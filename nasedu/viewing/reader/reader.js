// The page: a sheet to draw on, what the network is shown of it, and what it reads.
"use strict";

const STEP = 1 / 24; // of the sheet: how far an arrow key moves the pen
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const PAUSE = 600; // milliseconds without a stroke, before a screen reader is told

const known = JSON.parse(document.getElementById("network").textContent);
const network = new Network(known.steps);
const sheet = document.getElementById("sheet");
const seen = document.getElementById("seen");
const status = document.getElementById("status");
const answer = document.getElementById("answer");
const rows = [...document.querySelectorAll("#classes tr")];

let ink = new Ink();
let pen = { point: [0.5, 0.3], isDown: false, isShown: false };
let saying = 0;

// Reads pixels, 0 to 255; for a lecture, too: reader.read([...]) in the console.
const reader = {
  logits: (pixels) => network.logits(pixels),
  read: (pixels) => shares(network.logits(pixels)),
  pixels: () => ink.pixels({ shape: known.steps.shape, frame: known.frame }),
};
window.reader = reader;

function show() {
  const style = getComputedStyle(document.documentElement);
  const context = sheet.getContext("2d");
  context.clearRect(0, 0, sheet.width, sheet.height);
  ink.paint(context, style.getPropertyValue("--drawn"));
  if (pen.isShown) cross(context, style.getPropertyValue("--accent"));
  const pixels = reader.pixels();
  showSeen(pixels);
  showRead(ink.isEmpty ? null : reader.read(pixels));
}

function cross(context, colour) {
  const [x, y] = pen.point.map((share) => share * sheet.width);
  context.lineWidth = 3;
  context.strokeStyle = colour;
  context.beginPath();
  context.arc(x, y, pen.isDown ? 6 : 12, 0, 2 * Math.PI);
  context.moveTo(x - 20, y);
  context.lineTo(x + 20, y);
  context.moveTo(x, y - 20);
  context.lineTo(x, y + 20);
  context.stroke();
}

function showSeen(pixels) {
  const context = seen.getContext("2d");
  const image = context.createImageData(seen.width, seen.height);
  pixels.forEach((grey, i) => image.data.set([grey, grey, grey, 255], 4 * i));
  context.putImageData(image, 0, 0);
}

function showRead(found) {
  const best = found ? found.indexOf(Math.max(...found)) : -1;
  rows.forEach((row, k) => {
    const share = found ? found[k] : 0;
    row.querySelector(".bar span").style.width = `${100 * share}%`;
    row.querySelector(".share").textContent = found ? percent(share) : "";
    row.classList.toggle("best", k === best);
  });
  answer.textContent = found ? known.classes[best] : "–";
  const sentence = found
    ? `The network reads ${known.classes[best]}, with a confidence of ${percent(found[best])}.`
    : "Nothing is drawn yet.";
  clearTimeout(saying);
  saying = setTimeout(() => tell(sentence), PAUSE);
}

function percent(share) {
  return `${(100 * share).toFixed(share > 0.0995 ? 0 : 1)} %`;
}

function tell(sentence) {
  status.textContent = sentence;
}

function pointOf(event) {
  const box = sheet.getBoundingClientRect();
  const inside = (share) => Math.min(1, Math.max(0, share));
  return [
    inside((event.clientX - box.left) / box.width),
    inside((event.clientY - box.top) / box.height),
  ];
}

sheet.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  event.preventDefault();
  sheet.focus();
  sheet.setPointerCapture(event.pointerId);
  pen = { point: pointOf(event), isDown: false, isShown: false };
  ink.begin(pen.point);
  show();
});

sheet.addEventListener("pointermove", (event) => {
  if (!sheet.hasPointerCapture(event.pointerId)) return;
  pen.point = pointOf(event);
  ink.extend(pen.point);
  show();
});

sheet.addEventListener("keydown", (event) => {
  const arrow = ARROWS[event.key];
  if (arrow) {
    pen.point = pen.point.map((x, i) => Math.min(1, Math.max(0, x + STEP * arrow[i])));
    if (pen.isDown) ink.extend(pen.point);
  } else if (event.key === " ") {
    pen.isDown = !pen.isDown;
    if (pen.isDown) ink.begin(pen.point);
    tell(pen.isDown ? "The pen is down." : "The pen is up.");
  } else if (event.key === "Delete" || event.key === "Backspace") {
    clear();
  } else {
    return;
  }
  pen.isShown = true;
  event.preventDefault();
  show();
});

sheet.addEventListener("blur", () => {
  pen.isShown = pen.isDown = false;
  show();
});

function clear() {
  ink = new Ink();
  pen.isDown = false;
  show();
}

document.getElementById("clear").addEventListener("click", clear);
document.getElementById("undo").addEventListener("click", () => {
  ink.strokes.pop();
  show();
});
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
show();
