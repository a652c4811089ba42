import { useEffect, useRef } from 'react';
import type { Approval } from '../../../wire/approval.ts';
import { Said } from '../../parts/Said.tsx';
import { useMe } from '../../parts/useMe.ts';
import { useNow } from '../../parts/useNow.ts';
import { stakeOf } from '../../words/evidence.ts';
import { handedText, votesText } from '../../words/inboxOrder.ts';
import { relativeTime } from '../../words/times.ts';

const SOON_MS = 3_600_000;

interface InboxListProps {
  readonly items: readonly Approval[];
  readonly more: boolean;
  readonly chosen: string | undefined;
  readonly marked: ReadonlySet<string>;
  readonly onChoose: (id: string) => void;
  readonly onMark: (id: string) => void;
}

export function InboxList({ items, more, chosen, marked, onChoose, onMark }: InboxListProps) {
  const nowMs = useNow();
  const me = useMe().data ?? null;
  const list = useRef<HTMLUListElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever another one is chosen
  useEffect(() => {
    list.current?.querySelector('[aria-current="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <ul className="inbox-list" ref={list} aria-label="Approvals">
      {items.map((approval) => {
        const { id, question, deadline, state, claim, flow } = approval;
        const left = Date.parse(deadline) - nowMs;
        const stake = stakeOf(approval.evidence);
        return (
          <li key={id}>
            <input type="checkbox" checked={marked.has(id)} onChange={() => onMark(id)} aria-label={`Mark ${id}`} />
            <button type="button" className="inbox-line" aria-current={id === chosen ? 'true' : undefined} onClick={() => onChoose(id)}>
              <span className="question">
                <Said text={question} charsMax={160} cut />
              </span>
              <span className="faint">
                {flow}
                {stake !== null && <> · {stake.text}</>}
                {state === 'open' ? (
                  <span className={left < SOON_MS ? 'soon' : ''}>
                    {' '}
                    · {left < 0 ? 'over' : `due ${relativeTime(Date.parse(deadline), nowMs)}`}
                  </span>
                ) : (
                  <> · {state}</>
                )}
                {votesText(approval) !== '' && <> · {votesText(approval)}</>}
                {approval.handed !== null && (
                  <>
                    {' '}
                    · <Said text={handedText(approval, me)} charsMax={80} cut />
                  </>
                )}
                {claim !== null && <> · claimed by {claim.by}</>}
              </span>
            </button>
          </li>
        );
      })}
      {more && <li className="faint">There are more: decide some of these first.</li>}
    </ul>
  );
}
