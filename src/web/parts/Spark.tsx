/** Counts over time in one word's height; the figures beside it say the same in text. */
const WIDTH = 96;
const HEIGHT = 20;

export function Spark({ counts, tone }: { counts: readonly number[]; tone: string }) {
  const most = Math.max(1, ...counts);
  const step = WIDTH / Math.max(1, counts.length);
  const bars = counts.map((count, at) => {
    const height = (count / most) * HEIGHT;
    return `M${(at * step).toFixed(1)} ${HEIGHT}v${(-height).toFixed(1)}h${(step * 0.8).toFixed(1)}V${HEIGHT}z`;
  });
  return (
    <svg className={`spark ${tone}`} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
      <path d={bars.join('')} />
    </svg>
  );
}
