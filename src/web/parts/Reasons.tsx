import { shownNumber } from '../../domain/shownNumber.ts';
import type { ShownReason } from '../words/evidence.ts';
import { Said } from './Said.tsx';

/** As much as an eye compares. */
const twoDigits = (value: number): number => Number(value.toPrecision(2));

/** Reasons in words, the heaviest first, with what each weighs for or against. */
export function Reasons({ reasons }: { reasons: readonly ShownReason[] }) {
  if (reasons.length === 0) return <p className="faint">No reason was given.</p>;
  const most = Math.max(1e-9, ...reasons.map(({ weight }) => Math.abs(weight ?? 0)));
  return (
    <ul className="reasons">
      {reasons.map(({ code, text, weight }) => (
        <li key={`${code} ${text}`}>
          <Said text={text} lines />
          {weight !== null && (
            <span className={`weight ${weight < 0 ? 'less' : 'more'}`} title={`Weighs ${weight} for the score`}>
              <span className="number">
                {weight > 0 ? '+' : '−'}
                {shownNumber(twoDigits(Math.abs(weight)))}
              </span>
              <meter min={0} max={most} value={Math.abs(weight)} aria-label={`Weighs ${shownNumber(weight)}`} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
