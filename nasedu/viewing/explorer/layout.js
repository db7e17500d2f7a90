// Where the parts of a scene stand, and the paths of its connections.

const COLUMN = { width: 232, wide: 340, height: 44, pitch: 64, tight: 54 };
const FREE = { width: 78, height: 58, pitchX: 84, pitchY: 86 };
const MARGIN = 8;

// Returns { width, height, isColumn, boxes, edges }: a box is { x, y, w, h } with its middle, an
// edge { from, to, path, tip, isFar } with where its arrow points, an angle in degrees.
export function layout(scene) {
  const isColumn = scene.every((part) => part.x === scene[0].x);
  return isColumn ? column(scene) : free(scene);
}

function column(scene) {
  const width = scene.some((part) => part.note) ? COLUMN.width : COLUMN.wide;
  const pitch = scene.length > 9 ? COLUMN.tight : COLUMN.pitch;
  const edges = edgesOf(scene).map((edge) => ({ ...edge, span: edge.to - edge.from }));
  const reach = [0, 0]; // how far arcs go on the right and on the left
  for (const edge of edges) {
    edge.isFar = edge.span !== 1;
    if (!edge.isFar) continue;
    edge.side = edge.from % 2 ? 0 : 1;
    edge.bulge = 20 + 12 * Math.min(edge.span, 14);
    reach[edge.side] = Math.max(reach[edge.side], edge.bulge);
  }
  const middle = reach[1] + width / 2 + MARGIN;
  const boxes = scene.map((part) => ({
    x: middle,
    y: MARGIN + COLUMN.height / 2 + part.y * pitch,
    w: width,
    h: COLUMN.height,
  }));
  for (const edge of edges) Object.assign(edge, columnPath(boxes[edge.from], boxes[edge.to], edge));
  const last = boxes[boxes.length - 1];
  return {
    isColumn: true,
    width: reach[0] + reach[1] + width + 2 * MARGIN,
    height: last.y + COLUMN.height / 2 + MARGIN,
    boxes,
    edges,
  };
}

function columnPath(from, to, { isFar, side, bulge }) {
  if (!isFar) {
    const tip = { x: to.x, y: to.y - to.h / 2 - 5, angle: 90 };
    return { path: `M${from.x},${from.y + from.h / 2}V${tip.y}`, tip };
  }
  const way = side ? -1 : 1;
  const x = from.x + (way * from.w) / 2;
  const out = x + (way * bulge * 4) / 3; // a curve comes to three quarters of its handles
  const tip = { x: x + way * 6, y: to.y - 8, angle: side ? 0 : 180 };
  const start = from.y + 8;
  return { path: `M${x},${start}C${out},${start} ${out},${tip.y} ${tip.x},${tip.y}`, tip };
}

function free(scene) {
  const left = Math.min(...scene.map((part) => part.x));
  const right = Math.max(...scene.map((part) => part.x));
  const boxes = scene.map((part) => ({
    x: MARGIN + FREE.width / 2 + (part.x - left) * FREE.pitchX,
    y: MARGIN + FREE.height / 2 + part.y * FREE.pitchY,
    w: FREE.width,
    h: FREE.height,
  }));
  const edges = edgesOf(scene).map((edge) => {
    const path = freePath(boxes[edge.from], boxes[edge.to]);
    return { ...edge, ...path, isFar: false };
  });
  return {
    isColumn: false,
    width: (right - left) * FREE.pitchX + FREE.width + 2 * MARGIN,
    height: Math.max(...boxes.map((box) => box.y)) + FREE.height / 2 + MARGIN,
    boxes,
    edges,
  };
}

function freePath(from, to) {
  const down = to.y > from.y ? 1 : -1;
  const start = from.y + (down * from.h) / 2;
  // lines into one box end apart
  const x = to.x + Math.max(-16, Math.min(16, (from.x - to.x) / 4));
  const tip = { x, y: to.y - down * (to.h / 2 + 5), angle: 90 * down };
  const half = (start + tip.y) / 2;
  return { path: `M${from.x},${start}C${from.x},${half} ${x},${half} ${x},${tip.y}`, tip };
}

function edgesOf(scene) {
  return scene.flatMap((part, to) => part.inputs.map((from) => ({ from, to })));
}
