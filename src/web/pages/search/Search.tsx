import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Go } from '../../parts/Go.tsx';
import { Empty } from '../../parts/Loaded.tsx';
import { pathOfId } from '../../words/pathOfId.ts';

/** One field over ids, subjects, types and reasons. */
export function Search() {
  const { q = '' } = useSearch({ from: '/console/search' });
  const navigate = useNavigate();
  const path = pathOfId(q);
  useEffect(() => {
    document.getElementById('search')?.focus();
    if (path !== null) void navigate({ href: path, replace: true });
  }, [path, navigate]);
  return (
    <>
      <h1>Search</h1>
      <Empty title={q === '' ? 'Write what you look for above' : `Ids are opened; other texts cannot be searched yet`}>
        <p>
          A whole id (<code>evt_</code>, <code>dec_</code>, <code>apr_</code>, <code>act_</code>) leads to its page.{' '}
          <Go to="/console/decisions">Decisions</Go> are filtered by subject and outcome.
        </p>
      </Empty>
    </>
  );
}
