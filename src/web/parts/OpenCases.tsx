import { Refusal } from '../read/call.ts';
import { useCases } from '../read/queries.ts';
import { Loaded, NoneOf } from './Loaded.tsx';
import { OpenCaseTable } from './OpenCaseTable.tsx';

/** Cases that are open, the oldest first, with what each waits for. */
export function OpenCases() {
  const query = useCases({});
  // an ingress that is older has no such route
  if (query.error instanceof Refusal && query.error.problem.status === 404) return null;
  return (
    <Loaded query={query}>
      {({ items }) => (items.length === 0 ? <NoneOf text="No case is open" /> : <OpenCaseTable items={items} />)}
    </Loaded>
  );
}
