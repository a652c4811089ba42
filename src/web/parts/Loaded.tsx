/** What a query has to show: loading, failed, stale, empty or there. A failed one never looks like an empty list. */
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Away, Refusal } from '../read/call.ts';
import { Said } from './Said.tsx';
import { Scroll } from './Scroll.tsx';
import { When } from './When.tsx';

export function Failed({ error, again }: { error: unknown; again?: (() => void) | undefined }) {
  const refused = error instanceof Refusal ? error.problem : null;
  const title = refused?.title ?? (error instanceof Away ? 'Signalbox cannot be reached' : 'This page cannot show what it was given');
  const said = error instanceof Error ? error.message : String(error);
  return (
    <div className="state failed" role="alert">
      <h2>{title}</h2>
      {said !== title && (
        <p>
          <Said text={said} />
        </p>
      )}
      {refused !== null && (
        <p>
          Code{' '}
          <a href={`/docs#${refused.code}`}>
            <code>{refused.code}</code>
          </a>{' '}
          says what to do.
        </p>
      )}
      {again !== undefined && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Loading({ lines = 4 }: { lines?: number }) {
  return (
    <div className="state loading" role="status">
      <span className="unseen">Loading</span>
      {Array.from({ length: lines }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <div key={at} className="bar" aria-hidden="true" />
      ))}
    </div>
  );
}

/** An empty part of a page: one line, with the command that tells the same. */
export function NoneOf({ text, command }: { text: string; command?: string }) {
  return (
    <p className="faint empty">
      {text}
      {command !== undefined && (
        <>
          {' '}
          (<code>{command}</code>)
        </>
      )}
      .
    </p>
  );
}

/** An empty list says why it is, and has the command that fills it. */
export function Empty({ title, children, command }: { title: string; children?: ReactNode; command?: string }) {
  return (
    <div className="state empty">
      <h2>{title}</h2>
      {children}
      {command !== undefined && <Command text={command} />}
    </div>
  );
}

export function Command({ text }: { text: string }) {
  return (
    <Scroll label="Command" className="command">
      <pre>{text}</pre>
    </Scroll>
  );
}

function Stale({ since, error, again }: { since: number; error: unknown; again: () => void }) {
  return (
    <p className="stale" role="status">
      As it was <When at={new Date(since).toISOString()} />: {error instanceof Error ? error.message : 'it cannot be read now'}.{' '}
      <button type="button" className="quiet" onClick={again}>
        Try again
      </button>
    </p>
  );
}

interface LoadedProps<Data> {
  readonly query: UseQueryResult<Data>;
  readonly children: (data: Data) => ReactNode;
  readonly lines?: number;
  /** Heads the page until what is shown has a heading of its own. */
  readonly title?: string;
}

export function Loaded<Data>({ query, children, lines = 4, title }: LoadedProps<Data>) {
  const again = () => void query.refetch();
  if (query.data === undefined)
    return (
      <>
        {title !== undefined && <h1>{title}</h1>}
        {query.isError ? <Failed error={query.error} again={again} /> : <Loading lines={lines} />}
      </>
    );
  const trouble = query.error ?? query.failureReason;
  return (
    <>
      {trouble !== null && <Stale since={query.dataUpdatedAt} error={trouble} again={again} />}
      {children(query.data)}
    </>
  );
}
