// Ink: strokes on a square sheet from 0 to 1, and the pixels that a network is shown of them.
"use strict";

const PEN = 0.1; // width of a stroke, as a share of the sheet
const FINE = 192; // dots a side of the sheet on which strokes are looked at
const SAMPLES = 6; // a side, of which every pixel is the mean

class Ink {
  constructor() {
    this.strokes = []; // each a list of points [x, y]
  }

  begin(point) {
    this.strokes.push([point]);
  }

  extend(point) {
    this.strokes[this.strokes.length - 1].push(point);
  }

  get isEmpty() {
    return this.strokes.length === 0;
  }

  // Draws all strokes on a canvas, whatever its size.
  paint(context, colour) {
    const side = context.canvas.width;
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = PEN * side;
    context.strokeStyle = colour;
    for (const stroke of this.strokes) {
      context.beginPath();
      context.moveTo(stroke[0][0] * side, stroke[0][1] * side);
      for (const [x, y] of stroke) context.lineTo(x * side, y * side);
      context.stroke();
    }
  }

  // Returns the image that the data set would have of this: as large and where its images lie.
  pixels({ shape, frame }) {
    const [, height, width] = shape;
    const dots = this.dots();
    const box = boxOf(dots);
    const level = (share) => Math.round(frame.paper + share * (frame.ink - frame.paper));
    if (!box) return new Array(height * width).fill(level(0));
    const scale = (frame.fill * Math.max(height, width)) / Math.max(box.height, box.width);
    const [middleY, middleX] = [frame.middle[0] * height, frame.middle[1] * width];
    const shareAt = (y, x) => {
      const row = Math.round((y - middleY) / scale + box.y - 0.5);
      const column = Math.round((x - middleX) / scale + box.x - 0.5);
      const isInside = row >= 0 && column >= 0 && row < FINE && column < FINE;
      return isInside ? dots[row * FINE + column] / 255 : 0;
    };
    return Array.from({ length: height * width }, (_, place) => {
      let sum = 0;
      for (let i = 0; i < SAMPLES * SAMPLES; i++) {
        const y = Math.floor(place / width) + (Math.floor(i / SAMPLES) + 0.5) / SAMPLES;
        sum += shareAt(y, (place % width) + ((i % SAMPLES) + 0.5) / SAMPLES);
      }
      return level(sum / SAMPLES ** 2);
    });
  }

  // Returns how much ink is on every dot of a fine sheet, 0 to 255.
  dots() {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = FINE;
    const context = canvas.getContext("2d");
    this.paint(context, "black");
    const found = context.getImageData(0, 0, FINE, FINE).data;
    return Uint8Array.from({ length: FINE * FINE }, (_, i) => found[4 * i + 3]);
  }
}

// Returns size and middle of the smallest box around all ink, or null.
function boxOf(dots) {
  let [top, left, bottom, right] = [FINE, FINE, -1, -1];
  dots.forEach((ink, place) => {
    if (ink < 128) return;
    const [row, column] = [Math.floor(place / FINE), place % FINE];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
    [left, right] = [Math.min(left, column), Math.max(right, column)];
  });
  if (bottom < 0) return null;
  const [height, width] = [bottom - top + 1, right - left + 1];
  return { height, width, y: top + height / 2, x: left + width / 2 };
}
