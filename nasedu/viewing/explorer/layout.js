// Where the parts of a scene stand, and the paths of its connections.

const COLUMN = { width: 232, wide: 340, height: 44, pitch: 64, tight: 54 };
const FREE = { width: 78, height: 58, pitchX: 84, pitchY: 86 };
const MARGIN = 8;

// Returns { width, height, isColumn, boxes: [{x, y, w, h}], edges: [{from, to, path}] };
// x and y are the middle of a box.
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
    if (edge.span === 1) continue;
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
  for (const edge of edges) edge.path = columnPath(boxes[edge.from], boxes[edge.to], edge);
  const last = boxes[boxes.length - 1];
  return {
    isColumn: true,
    width: reach[0] + reach[1] + width + 2 * MARGIN,
    height: last.y + COLUMN.height / 2 + MARGIN,
    boxes,
    edges,
  };
}

function columnPath(from, to, edge) {
  if (edge.span === 1) return `M${from.x},${from.y + from.h / 2}V${to.y - to.h / 2 - 5}`;
  const side = edge.side ? -1 : 1;
  const x = from.x + (side * from.w) / 2;
  const out = x + (side * edge.bulge * 4) / 3; // a curve comes to three quarters of its handles
  const end = x + side * 6;
  return `M${x},${from.y + 8}C${out},${from.y + 8} ${out},${to.y - 8} ${end},${to.y - 8}`;
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
    const from = boxes[edge.from];
    const to = boxes[edge.to];
    const down = to.y > from.y ? 1 : -1;
    const start = from.y + (down * from.h) / 2;
    const end = to.y - (down * to.h) / 2 - down * 5;
    const half = (start + end) / 2;
    // lines into one box end apart
    const x = to.x + Math.max(-16, Math.min(16, (from.x - to.x) / 4));
    return { ...edge, path: `M${from.x},${start}C${from.x},${half} ${x},${half} ${x},${end}` };
  });
  return {
    isColumn: false,
    width: (right - left) * FREE.pitchX + FREE.width + 2 * MARGIN,
    height: Math.max(...boxes.map((box) => box.y)) + FREE.height / 2 + MARGIN,
    boxes,
    edges,
  };
}

function edgesOf(scene) {
  return scene.flatMap((part, to) => part.inputs.map((from) => ({ from, to })));
}
