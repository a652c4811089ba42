import { shownNumber } from '../../../domain/shownNumber.ts';
import { type BandPart, nearestThreshold } from '../../words/bands.ts';
import { toneOf } from '../../words/outcomeTone.ts';

const WIDTH = 640;
const HEIGHT = 56;

/** The score on its band, with the thresholds of the policy that held. `told`: what would change it stands elsewhere. */
export function ScoreBand({ score, bands, told }: { score: number; bands: readonly BandPart[]; told: boolean }) {
  const at = Math.max(0, Math.min(1, score)) * WIDTH;
  const nearest = nearestThreshold(bands, score);
  const words = bands.flatMap(({ outcome, from }) => (outcome === null || from === 0 ? [] : [`${outcome} from ${shownNumber(from)}`]));
  return (
    <figure className="score-band">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`Score ${shownNumber(score)}; ${words.join(', ')}`}>
        {bands.map(({ outcome, from, to }) => (
          <g key={from} className={`band-part ${outcome === null ? 'good' : toneOf(outcome)}`}>
            <rect x={from * WIDTH} y="22" width={(to - from) * WIDTH} height="14" />
            <text x={((from + to) / 2) * WIDTH} y="52" textAnchor="middle">
              {outcome ?? 'below'}
            </text>
          </g>
        ))}
        {bands
          .filter(({ from }) => from > 0)
          .map(({ from }) => (
            <line key={from} x1={from * WIDTH} x2={from * WIDTH} y1="16" y2="40" />
          ))}
        <path className="score-mark" d={`M${at} 21l-6-11h12z`} />
      </svg>
      <figcaption>
        Score <strong title={String(score)}>{shownNumber(score)}</strong>; {words.join(', ')}.
        {nearest !== null && !told && (
          <>
            {' '}
            It would fall into {nearest.outcome ?? 'the lowest band'} {nearest.by > 0 ? 'from' : 'below'} {shownNumber(nearest.at)}:{' '}
            {shownNumber(Math.abs(nearest.by))} {nearest.by > 0 ? 'more' : 'less'}.
          </>
        )}
      </figcaption>
    </figure>
  );
}
