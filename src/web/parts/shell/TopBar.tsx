import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef } from 'react';
import { span } from '../../../domain/span.ts';
import { hideNotice } from '../../read/liveFeed.ts';
import { useReady } from '../../read/queries.ts';
import { useLive } from '../../read/useLive.ts';
import { troubles } from '../../words/troubles.ts';
import { useNow } from '../useNow.ts';
import { ViewMenu } from './ViewMenu.tsx';

/** Whether what stands on the page is what is so now. */
function Connection() {
  const { state, awaySinceMs, notice } = useLive();
  const nowMs = useNow();
  if (state === 'away')
    return (
      <p className="strip bad" role="alert">
        Signalbox cannot be reached since {span(Math.max(1000, nowMs - (awaySinceMs ?? nowMs)))}: what stands here is from before. It is
        tried again.
      </p>
    );
  return (
    <div role="status" className="news">
      {notice !== null && (
        <p className="strip good">
          {notice}{' '}
          <button type="button" className="quiet" onClick={hideNotice}>
            Good
          </button>
        </p>
      )}
    </div>
  );
}

function Health() {
  const { data, isError } = useReady();
  const { degraded } = useLive();
  if (isError || data === undefined) return <span className="health faint">{isError ? '✕ not known' : '…'}</span>;
  const found = degraded.length > 0 ? degraded.map(({ text }) => text) : troubles(data);
  return found.length === 0 ? (
    <span className="health good">✓ All well</span>
  ) : (
    <span className="health bad" title={found.join('\n')}>
      ✕ {found.length === 1 ? found[0]?.split(':')[0] : `${found.length} parts are not well`}
    </span>
  );
}

export function TopBar({ onHelp, onPalette }: { onHelp: () => void; onPalette: () => void }) {
  const navigate = useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const search = (event: FormEvent) => {
    event.preventDefault();
    void navigate({ to: '/console/search', search: { q: field.current?.value ?? '' } });
  };
  useEffect(() => {
    if (field.current !== null) field.current.value = new URLSearchParams(location.search).get('q')?.replace(/^"|"$/g, '') ?? '';
  }, []);
  return (
    <header className="top">
      <search>
        <form onSubmit={search}>
          <label className="unseen" htmlFor="search">
            Search ids, subjects and reasons
          </label>
          <input id="search" ref={field} type="search" placeholder="Search ids, subjects, reasons   /" autoComplete="off" maxLength={200} />
        </form>
      </search>
      <Health />
      <button type="button" className="quiet wide-only" onClick={onPalette}>
        Commands
      </button>
      <ViewMenu onHelp={onHelp} />
      <Connection />
    </header>
  );
}
