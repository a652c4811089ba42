import { SIGNS, toneOf } from '../words/outcomeTone.ts';

export function Outcome({ outcome, provisional = false }: { outcome: string; provisional?: boolean }) {
  const tone = toneOf(outcome);
  return (
    <span className={`outcome ${tone}`}>
      <span aria-hidden="true">{SIGNS[tone]}</span> {outcome}
      {provisional && <span className="faint"> so far</span>}
    </span>
  );
}
