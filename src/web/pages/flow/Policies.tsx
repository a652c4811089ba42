import { useNavigate, useSearch } from '@tanstack/react-router';
import { Empty, Loaded } from '../../parts/Loaded.tsx';
import { Said } from '../../parts/Said.tsx';
import { Table } from '../../parts/Table.tsx';
import { When } from '../../parts/When.tsx';
import { usePolicies } from '../../read/queries.ts';
import { PolicyDiff } from './PolicyDiff.tsx';

/** Which policy held when, and what each changed, in words. */
export function Policies({ flow }: { flow: string }) {
  const { version, against } = useSearch({ from: '/console/flows/$flow' });
  const navigate = useNavigate({ from: '/console/flows/$flow' });
  const query = usePolicies(flow);
  return (
    <Loaded query={query}>
      {({ items }) => {
        if (items.length === 0) return <Empty title="No policy holds" command={`npx signalbox policy activate ${flow} policy.yaml`} />;
        const newestFirst = [...items].reverse();
        const shown = version ?? newestFirst[0]?.version;
        const versions = [...new Set(newestFirst.map((one) => one.version))];
        return (
          <>
            <Table label="Versions" columns={['Version', 'Since', 'By', 'Why', 'Look']}>
              {newestFirst.map(({ version: one, position, at, origin, by, note, active }) => (
                <tr key={position}>
                  <td>
                    <code>
                      <Said text={one} charsMax={80} />
                    </code>{' '}
                    {active && <span className="tag">holds now</span>}
                  </td>
                  <td>
                    <When at={at} />
                  </td>
                  <td>{by ?? origin}</td>
                  <td>{note === null ? <span className="faint">none given</span> : <Said text={note} charsMax={300} />}</td>
                  <td>
                    <button
                      type="button"
                      className="quiet"
                      aria-pressed={one === shown}
                      onClick={() => void navigate({ search: { tab: 'policies', version: one }, resetScroll: false })}
                    >
                      What it changed
                    </button>
                  </td>
                </tr>
              ))}
            </Table>
            {shown !== undefined && (
              <>
                <p className="row-tools">
                  <label>
                    Compared with{' '}
                    <select
                      value={against ?? ''}
                      onChange={({ target: { value } }) =>
                        void navigate({
                          search: { tab: 'policies', version: shown, ...(value === '' ? {} : { against: value }) },
                          resetScroll: false,
                        })
                      }
                    >
                      <option value="">the one before it</option>
                      {versions
                        .filter((one) => one !== shown)
                        .map((one) => (
                          <option key={one}>{one}</option>
                        ))}
                    </select>
                  </label>
                </p>
                <PolicyDiff flow={flow} version={shown} against={against} />
              </>
            )}
          </>
        );
      }}
    </Loaded>
  );
}
