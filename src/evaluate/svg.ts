/** Small charts as SVG texts: lines, areas and marks in one frame, with a title and the ends of both axes. */

export type Point = readonly [x: number, y: number];

export interface Chart {
  readonly title: string;
  readonly x: { readonly label: string; readonly from: number; readonly to: number };
  readonly y: { readonly label: string; readonly from: number; readonly to: number };
  readonly lines: readonly { readonly points: readonly Point[]; readonly color: string; readonly label?: string; readonly dashed?: true }[];
  /** Spans along x. */
  readonly bands?: readonly { readonly from: number; readonly to: number; readonly color: string }[];
  /** Upright lines. */
  readonly marks?: readonly { readonly at: number; readonly color: string }[];
}

const WIDTH = 900;
const HEIGHT = 260;
const LEFT = 70;
const RIGHT = 20;
const TOP = 30;
const BOTTOM = 40;
/** More points than pixels are drawn as the least and the most of each pixel. */
const POINTS_MAX = 2 * (WIDTH - LEFT - RIGHT);

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
/** Nothing where there is no value. */
const short = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(4))) : '');
const place = (value: number): string => value.toFixed(1);

/** So many that their shape stays: of each stretch its least and its most, in their order. */
export function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length <= POINTS_MAX) return points;
  const stretch = Math.ceil((2 * points.length) / POINTS_MAX);
  const kept: Point[] = [];
  for (let start = 0; start < points.length; start += stretch) {
    const part = points.slice(start, start + stretch);
    const [least, most] = [
      part.reduce((low, point) => (point[1] < low[1] ? point : low)),
      part.reduce((high, point) => (point[1] > high[1] ? point : high)),
    ];
    kept.push(...(least[0] <= most[0] ? [least, most] : [most, least]));
  }
  return kept;
}

/** A point without a value is left out. */
export function chart({ title, x, y, lines, bands = [], marks = [] }: Chart): string {
  const across = (value: number): number => LEFT + ((value - x.from) / (x.to - x.from || 1)) * (WIDTH - LEFT - RIGHT);
  const up = (value: number): number => HEIGHT - BOTTOM - ((value - y.from) / (y.to - y.from || 1)) * (HEIGHT - TOP - BOTTOM);
  const text = (at: Point, anchor: string, said: string): string =>
    `<text x="${place(at[0])}" y="${place(at[1])}" text-anchor="${anchor}">${escaped(said)}</text>`;
  const [bottom, right] = [HEIGHT - BOTTOM, WIDTH - RIGHT];
  const body = [
    ...bands.map(
      ({ from, to, color }) =>
        `<rect x="${place(across(from))}" y="${TOP}" width="${place(Math.max(1, across(to) - across(from)))}" height="${bottom - TOP}" fill="${color}" fill-opacity="0.2"/>`,
    ),
    ...lines.map(({ points, color, dashed }) => {
      const drawn = points.filter((point) => point.every(Number.isFinite));
      const path = thinned(drawn).map((point) => `${place(across(point[0]))},${place(up(point[1]))}`);
      return `<polyline fill="none" stroke="${color}"${dashed === true ? ' stroke-dasharray="4 4"' : ''} points="${path.join(' ')}"/>`;
    }),
    ...marks.map(
      ({ at, color }) => `<line x1="${place(across(at))}" x2="${place(across(at))}" y1="${TOP}" y2="${bottom}" stroke="${color}"/>`,
    ),
    `<path d="M${LEFT} ${TOP}V${bottom}H${right}" fill="none" stroke="#888"/>`,
    text([LEFT, 18], 'start', title),
    ...lines.flatMap(({ label, color }, at) =>
      label === undefined ? [] : [`<text x="${right}" y="${18 + 14 * at}" text-anchor="end" fill="${color}">${escaped(label)}</text>`],
    ),
    text([LEFT, bottom + 16], 'start', short(x.from)),
    text([right, bottom + 16], 'end', short(x.to)),
    text([(LEFT + right) / 2, bottom + 32], 'middle', x.label),
    text([LEFT - 6, bottom], 'end', short(y.from)),
    text([LEFT - 6, TOP + 8], 'end', short(y.to)),
    text([LEFT - 6, (TOP + bottom) / 2], 'end', y.label),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12"><rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>${body.join('')}</svg>\n`;
}
