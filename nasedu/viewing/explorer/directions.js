// Where an arrow key leads among points on a plane: boxes of a drawing, or dots.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// The place of the nearest point in the direction of a key; undefined if there is none, or if the
// key is none of these. What lies aside counts as twice as far.
export function nearest(points, i, key) {
  const [dx, dy] = ARROWS[key] ?? [];
  if (dx === undefined) return undefined;
  const from = points[i];
  let best;
  let least = Infinity;
  points.forEach((point, j) => {
    const along = (point.x - from.x) * dx + (point.y - from.y) * dy;
    const across = Math.abs((point.x - from.x) * dy) + Math.abs((point.y - from.y) * dx);
    const far = along + 2 * across;
    if (j !== i && along > 0.5 && far < least) [best, least] = [j, far];
  });
  return best;
}
