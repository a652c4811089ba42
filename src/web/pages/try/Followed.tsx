import type { Receipt } from '../../../wire/receipt.ts';
import { Go } from '../../parts/Go.tsx';
import { Loaded } from '../../parts/Loaded.tsx';
import { Outcome } from '../../parts/Outcome.tsx';
import { Reasons } from '../../parts/Reasons.tsx';
import { useEvent } from '../../read/queries.ts';
import { reasonsOf } from '../../words/evidence.ts';
import { subjectPath } from '../../words/pathOfId.ts';
import { RUNGS } from '../../words/rungs.ts';
import { STATUS_WORDS } from '../../words/statusWords.ts';

/** What becomes of the event that was sent: it is asked again until its end is there. */
export function Followed({ receipt }: { receipt: Receipt }) {
  const query = useEvent(receipt.event);
  return (
    <Loaded query={query}>
      {({ event, status, decision, flow, subject, links, note }) => (
        <div className="note">
          <h2>
            {decision === null ? status : <Outcome outcome={decision.outcome} provisional={decision.provisional} />}{' '}
            {decision !== null && `by ${RUNGS[decision.rung]}`}
          </h2>
          <p>
            {status}: {STATUS_WORDS[status]}. {note}
          </p>
          {decision !== null && <Reasons reasons={reasonsOf(decision.reasons)} />}
          <p>
            <Go to={`/console/events/${encodeURIComponent(event)}`}>The event</Go>
            {flow !== null && subject !== null && (
              <>
                {' '}
                · <Go to={subjectPath(flow, subject)}>all of its subject</Go>
              </>
            )}
            {links.approval !== undefined && (
              <>
                {' '}
                · <Go to={`/console/inbox?approval=${encodeURIComponent(links.approval.split('/').at(-1) ?? '')}`}>a person is asked</Go>
              </>
            )}
            {decision !== null && (
              <>
                {' '}
                · <Go to={`/console/decisions/${encodeURIComponent(decision.id)}`}>why</Go>
              </>
            )}
          </p>
        </div>
      )}
    </Loaded>
  );
}
