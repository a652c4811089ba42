import { type ReactNode, useState } from 'react';
import { useMay } from '../../parts/useMay.ts';
import type { Wanted } from '../../read/redrives.ts';
import { RedrivePreview } from './RedrivePreview.tsx';

interface RedriveProps {
  readonly what: Wanted['what'];
  readonly marked: readonly string[];
  /** What all of them fit. */
  readonly filter: Readonly<Record<string, string>>;
  readonly onDone: () => void;
  readonly children: ReactNode;
}

/** Tries some or all anew, at a rate, after it was shown what that would do. */
export function Redrive({ what, marked, filter, onDone, children }: RedriveProps) {
  const [wanted, setWanted] = useState<Wanted | null>(null);
  if (!useMay('admin')) return null;
  return (
    <p className="row-tools">
      {children}
      <button type="button" disabled={marked.length === 0} onClick={() => setWanted({ what, ids: marked })}>
        Try {marked.length === 0 ? 'them' : marked.length} anew…
      </button>
      <button type="button" onClick={() => setWanted({ what, filter })}>
        Try all anew…
      </button>
      {wanted !== null && <RedrivePreview wanted={wanted} onClose={() => setWanted(null)} onDone={onDone} />}
    </p>
  );
}
