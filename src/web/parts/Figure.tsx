import type { ReactNode } from 'react';

/** One number that is looked at from afar, with what it is below. */
export function Figure({ value, label, title, tone = '' }: { value: ReactNode; label: string; title?: string; tone?: string }) {
  return (
    <div className={`figure ${tone}`} title={title}>
      <dd>{value}</dd>
      <dt>{label}</dt>
    </div>
  );
}
