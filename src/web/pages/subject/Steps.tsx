import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { useKeys } from '../../keys/useKeys.ts';
import { Said } from '../../parts/Said.tsx';
import { Scroll } from '../../parts/Scroll.tsx';
import { When } from '../../parts/When.tsx';
import { BANDS, bandOf, type Row } from '../../words/timelineRows.ts';

const ROW_PX = 36;

interface StepsProps {
  readonly rows: readonly Row[];
  readonly chosen: string | undefined;
  readonly onChoose: (id: string) => void;
}

/** Only the rows in sight are drawn, so ten thousand scroll as ten do. */
export function Steps({ rows, chosen, onChoose }: StepsProps) {
  const frame = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => frame.current, estimateSize: () => ROW_PX, overscan: 12 });
  const at = rows.findIndex((row) => row.kind === 'step' && row.step.id === chosen);
  const step = (by: 1 | -1) => {
    for (let next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by; next >= 0 && next < rows.length; next += by) {
      const row = rows[next];
      if (row?.kind !== 'step') continue;
      onChoose(row.step.id);
      virtual.scrollToIndex(next, { align: 'auto' });
      return;
    }
  };
  useKeys({ next: () => step(1), previous: () => step(-1) });
  // a link to a step shows it
  const first = useRef(at);
  useEffect(() => {
    if (first.current >= 0) virtual.scrollToIndex(first.current, { align: 'center' });
  }, [virtual]);
  return (
    <div>
      <p className="bands faint" aria-hidden="true">
        {BANDS.map((band) => (
          <span key={band} className={`band ${band}`}>
            {band}
          </span>
        ))}
      </p>
      <Scroll className="steps" reference={frame} label="Timeline">
        <ul style={{ height: `${virtual.getTotalSize()}px` }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = rows[index] as Row;
            const place = { transform: `translateY(${start}px)`, height: `${ROW_PX}px` };
            if (row.kind === 'idle')
              return (
                <li key={row.id} className="idle" style={place} aria-setsize={rows.length} aria-posinset={index + 1}>
                  {row.text}
                </li>
              );
            const { id, at: time, kind, title } = row.step;
            const band = bandOf(row.step);
            return (
              <li key={id} style={place} aria-setsize={rows.length} aria-posinset={index + 1}>
                <button type="button" className="step" aria-current={id === chosen ? 'true' : undefined} onClick={() => onChoose(id)}>
                  <span className="lanes" aria-hidden="true">
                    <span className={`lane ${band}`} />
                  </span>
                  <span className="step-kind">{kind}</span>
                  <span className="step-title">
                    <Said text={title} charsMax={200} cut />
                  </span>
                  <span className="step-when">
                    <When at={time} />
                  </span>
                </button>
              </li>
            );
          })}
        </ul>
      </Scroll>
    </div>
  );
}
