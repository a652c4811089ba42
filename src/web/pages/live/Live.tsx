import { Loaded } from '../../parts/Loaded.tsx';
import { useFlows } from '../../read/queries.ts';
import { Degraded } from './Degraded.tsx';
import { Figures } from './Figures.tsx';
import { FirstHour } from './FirstHour.tsx';
import { LiveRows } from './LiveRows.tsx';
import { OutcomeTable } from './OutcomeTable.tsx';
import { useFirstEvent } from './useFirstEvent.ts';

/** What happens now: rates, what waits, what is not well, decisions as they come. */
export function Live() {
  const flows = useFlows();
  const first = useFirstEvent();
  return (
    <>
      <h1>Live</h1>
      <Degraded />
      <Loaded query={flows}>
        {({ items }) =>
          first === 'none' ? (
            <FirstHour flows={items} />
          ) : (
            <>
              <Figures flows={items} />
              <OutcomeTable />
              <LiveRows />
            </>
          )
        }
      </Loaded>
    </>
  );
}
