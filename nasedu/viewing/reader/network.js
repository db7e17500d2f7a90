// A trained network, computed in the page: convolutions with batch norm and ReLU, pooling,
// concatenation, one linear layer. The steps are those of nasedu's ConvChild, in its order.
// Maps are { channels, height, width, values } with values in that order.
"use strict";

class Network {
  constructor(steps) {
    this.steps = steps;
    this.halves = floatsOfHalves(bytesOf(steps.halves));
    const floats = bytesOf(steps.floats);
    this.floats = new Float32Array(floats.buffer, 0, floats.length / 4);
  }

  // Returns the logits of pixels from 0 to 255, as many as the images have, row by row.
  logits(pixels) {
    const { layers, poolAfter, looseEnds } = this.steps;
    let outputs = [this.normalised(pixels)]; // of the image (0), then of layers 1, 2, ...
    layers.forEach((layer, place) => {
      outputs.push(this.output(layer, concatenated(layer.inputs.map((i) => outputs[i]))));
      if (poolAfter.includes(place + 1)) outputs = outputs.map(halved);
    });
    return this.classified(concatenated(looseEnds.map((i) => outputs[i])));
  }

  normalised(pixels) {
    const [channels, height, width] = this.steps.shape;
    const area = height * width;
    if (pixels.length !== channels * area) throw new RangeError(`${pixels.length} pixels`);
    let mean = this.steps.mean;
    let deviation = this.steps.deviation;
    if (this.steps.whitening === "image") {
      const middle = pixels.reduce((sum, x) => sum + x, 0) / pixels.length;
      const spread = pixels.reduce((sum, x) => sum + (x - middle) ** 2, 0) / pixels.length;
      mean = Array(channels).fill(middle);
      deviation = Array(channels).fill(Math.max(Math.sqrt(spread), pixels.length ** -0.5));
    }
    const values = Float32Array.from(pixels, (x, i) => {
      const channel = Math.floor(i / area);
      return (x - mean[channel]) / deviation[channel];
    });
    return { channels, height, width, values };
  }

  output(layer, maps) {
    if (layer.operation === "convolution") return this.convolved(layer, maps);
    return pooled(layer, maps, layer.operation === "max");
  }

  convolved(layer, maps) {
    const [rows, columns] = layer.size;
    const out = emptied(layer, maps, layer.filters);
    for (let filter = 0; filter < layer.filters; filter++) {
      const scale = this.floats[layer.scale + filter];
      const shift = this.floats[layer.shift + filter];
      eachWindow(layer, maps, out, (top, left, place) => {
        let sum = 0;
        for (let channel = 0; channel < maps.channels; channel++) {
          for (let i = Math.max(0, -top); i < rows && top + i < maps.height; i++) {
            const row = (channel * maps.height + top + i) * maps.width;
            const kernel = filter * maps.channels + channel;
            const weight = layer.weights + (kernel * rows + i) * columns;
            for (let j = Math.max(0, -left); j < columns && left + j < maps.width; j++) {
              sum += maps.values[row + left + j] * this.halves[weight + j];
            }
          }
        }
        out.values[filter * out.height * out.width + place] = Math.max(0, sum * scale + shift);
      });
    }
    return out;
  }

  // Averages every map, then weighs the averages, once a class.
  classified(maps) {
    const { channels, weights, bias } = this.steps.classifier;
    const area = maps.height * maps.width;
    const features = Array.from({ length: channels }, (_, channel) => {
      let sum = 0;
      for (let i = 0; i < area; i++) sum += maps.values[channel * area + i];
      return sum / area;
    });
    return Array.from({ length: this.floats.length - bias }, (_, k) =>
      features.reduce((sum, x, i) => sum + x * this.halves[weights + k * channels + i],
        this.floats[bias + k]));
  }
}

// The largest or the mean of every window; padding is never the largest, nor part of a mean.
function pooled(layer, maps, isMax) {
  const [rows, columns] = layer.size;
  const out = emptied(layer, maps, maps.channels);
  for (let channel = 0; channel < maps.channels; channel++) {
    eachWindow(layer, maps, out, (top, left, place) => {
      let found = isMax ? -Infinity : 0;
      let count = 0;
      for (let i = Math.max(0, -top); i < rows && top + i < maps.height; i++) {
        for (let j = Math.max(0, -left); j < columns && left + j < maps.width; j++) {
          const value = maps.values[(channel * maps.height + top + i) * maps.width + left + j];
          found = isMax ? Math.max(found, value) : found + value;
          count++;
        }
      }
      out.values[channel * out.height * out.width + place] = isMax ? found : found / count;
    });
  }
  return out;
}

// Max-pools 2 x 2, rounding sizes up.
function halved(maps) {
  const odd = [maps.height % 2, maps.width % 2];
  return pooled({ size: [2, 2], stride: [2, 2], padding: [0, 0, ...odd] }, maps, true);
}

// Stacks maps in depth; smaller ones get zeros at the bottom and at the right.
function concatenated(parts) {
  if (parts.length === 1) return parts[0];
  const height = Math.max(...parts.map((maps) => maps.height));
  const width = Math.max(...parts.map((maps) => maps.width));
  const channels = parts.reduce((sum, maps) => sum + maps.channels, 0);
  const values = new Float32Array(channels * height * width);
  let first = 0;
  for (const maps of parts) {
    for (let row = 0; row < maps.channels * maps.height; row++) {
      const channel = first + Math.floor(row / maps.height);
      const line = maps.values.subarray(row * maps.width, (row + 1) * maps.width);
      values.set(line, (channel * height + (row % maps.height)) * width);
    }
    first += maps.channels;
  }
  return { channels, height, width, values };
}

function emptied({ size, stride, padding }, maps, channels) {
  const [top, left, bottom, right] = padding;
  const height = Math.floor((maps.height + top + bottom - size[0]) / stride[0]) + 1;
  const width = Math.floor((maps.width + left + right - size[1]) / stride[1]) + 1;
  return { channels, height, width, values: new Float32Array(channels * height * width) };
}

// Calls use(top, left, place) for every window: where it begins, and which output it makes.
function eachWindow({ stride, padding }, maps, out, use) {
  for (let i = 0; i < out.height; i++) {
    for (let j = 0; j < out.width; j++) {
      use(i * stride[0] - padding[0], j * stride[1] - padding[1], i * out.width + j);
    }
  }
}

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

// Not every browser has Float16Array: a sign, 5 bits of exponent and 10 of fraction.
function floatsOfHalves(bytes) {
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 2 }, (_, i) => {
    const bits = view.getUint16(2 * i, true);
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    const size = exponent ? 2 ** (exponent - 25) * (1024 + fraction) : 2 ** -24 * fraction;
    return bits >> 15 ? -size : size;
  });
}

function shares(logits) {
  const most = Math.max(...logits);
  const powers = logits.map((x) => Math.exp(x - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((x) => x / sum);
}
