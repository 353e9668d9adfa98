interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Line {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** Between a lane and what it passes. */
const [usual, least] = [12, 6];

/** Where a line from left to right passes above or below the areas that it would run through; undefined if there are none. */
export function laneOf(line: Line, areas: readonly Area[]): { x1: number; x2: number; y: number } | undefined {
  const between = areas.filter(({ x, width }) => x >= line.x1 && x + width <= line.x2);
  const crossed = between.filter((area) => crosses(line, area));
  if (crossed.length === 0) return undefined;
  const middle = (line.y1 + line.y2) / 2;
  const isFree = (lane: number): boolean =>
    between.every(({ y, height }) => lane <= y - least || lane >= y + height + least);
  const lanes = between.flatMap(({ y, height }) => [y - usual, y + height + usual]).filter(isFree);
  const y = lanes.reduce((best, lane) => (Math.abs(lane - middle) < Math.abs(best - middle) ? lane : best), lanes[0]!);
  return {
    x1: Math.min(...crossed.map((area) => area.x)),
    x2: Math.max(...crossed.map((area) => area.x + area.width)),
    y,
  };
}

function crosses(line: Line, { x, y, width, height }: Area): boolean {
  return [x, x + width / 2, x + width].some((at) => {
    const lineY = heightAt(line, at);
    return lineY > y - least && lineY < y + height + least;
  });
}

/** Lines are curves that begin and end level. */
function heightAt({ x1, y1, x2, y2 }: Line, x: number): number {
  const part = (x - x1) / (x2 - x1);
  return y1 + (y2 - y1) * part * part * (3 - 2 * part);
}
