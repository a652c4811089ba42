import { interval } from '../../../domain/shareInterval.ts';
import type { Figures } from '../../../wire/quality.ts';
import { percent } from '../../words/numbers.ts';

const SIZE = 220;
const PAD = 28;
const place = (share: number): number => PAD + share * (SIZE - 2 * PAD);

/** How often decisions were right beside how sure they were; on the line both are the same. Bars are 95 % intervals. */
export function Calibration({ buckets }: { buckets: Figures['calibration']['buckets'] }) {
  const judged = buckets.filter((bucket) => bucket.judged > 0);
  if (judged.length === 0) return <p className="faint">Nothing has been judged yet: labels say later what was true.</p>;
  return (
    <figure>
      <svg
        className="calibration"
        width={SIZE}
        height={SIZE}
        viewBox={`0 0 ${SIZE} ${SIZE}`}
        role="img"
        aria-label={`Calibration: ${judged.map(({ confidence, right }) => `sure ${percent(confidence)}, right ${percent(right)}`).join('; ')}`}
      >
        <path className="axis" d={`M${PAD} ${PAD}V${SIZE - PAD}H${SIZE - PAD}`} />
        <path className="even" d={`M${PAD} ${SIZE - PAD}L${SIZE - PAD} ${PAD}`} />
        {judged.map(({ from, confidence, right, judged: n }) => {
          const [low, high] = interval(right, n);
          const x = place(confidence);
          return (
            <g key={from}>
              <path className="range" d={`M${x} ${SIZE - place(low)}V${SIZE - place(high)}`} />
              <circle cx={x} cy={SIZE - place(right)} r="4" />
            </g>
          );
        })}
        <text x={SIZE / 2} y={SIZE - 6} textAnchor="middle">
          how sure
        </text>
        <text x="-110" y="14" transform="rotate(-90)" textAnchor="middle">
          how often right
        </text>
      </svg>
    </figure>
  );
}
