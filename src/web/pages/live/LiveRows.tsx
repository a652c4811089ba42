import { useEffect, useState } from 'react';
import type { DecisionItem } from '../../../wire/decision.ts';
import { useKeys } from '../../keys/useKeys.ts';
import { DecisionTable } from '../../parts/DecisionTable.tsx';
import { Empty } from '../../parts/Loaded.tsx';
import { pauseOrGoOn } from '../../read/liveFeed.ts';
import { useLive } from '../../read/useLive.ts';
import { count } from '../../words/numbers.ts';

const SHOWN_MAX = 40;

/** Decisions as they come. New ones say that they are there; what is being read stays where it is until the reader asks for them. */
export function LiveRows() {
  const { rows, state, total, resumed } = useLive();
  const [shown, setShown] = useState<{ rows: readonly DecisionItem[]; total: number }>({ rows: [], total: 0 });
  const fresh = total - shown.total;
  const showNew = () => setShown({ rows: rows.slice(0, SHOWN_MAX), total });
  useKeys({ 'show-new': showNew, pause: pauseOrGoOn });
  // an empty list is one that nobody reads yet
  useEffect(() => {
    if (shown.rows.length === 0 && rows.length > 0) setShown({ rows: rows.slice(0, SHOWN_MAX), total });
  }, [rows, total, shown]);
  return (
    <section aria-labelledby="decisions">
      <h2 id="decisions">
        Decisions <span className="faint">{STATES[state]}</span>
        {resumed > 0 && <span className="faint"> · {count(resumed)} came after the break</span>}
      </h2>
      <p className="row-tools">
        <button type="button" onClick={showNew} disabled={fresh === 0} className={fresh > 0 ? 'accent' : ''}>
          {fresh > 0 ? `${count(fresh)} new` : 'Nothing new'}
        </button>
        <button type="button" onClick={pauseOrGoOn}>
          {state === 'paused' ? 'Go on' : 'Pause'}
        </button>
      </p>
      <p className="unseen" role="status">
        {fresh > 0 ? 'There are new decisions' : ''}
      </p>
      {shown.rows.length === 0 ? (
        <Empty title="Quiet: no decision since this page was opened" command={`npx signalbox events tail`}>
          <p>The next one shows itself here. All that were made stand under Decisions.</p>
        </Empty>
      ) : (
        <DecisionTable items={shown.rows} />
      )}
    </section>
  );
}

const STATES = { connecting: 'connecting', live: 'as they come', away: 'not reached', paused: 'paused' } as const;
