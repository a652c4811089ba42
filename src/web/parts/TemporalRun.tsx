import type { Run } from '../../wire/run.ts';

/** The way to a case in Temporal's Web UI, where there is one. */
export function TemporalRun({ run, text = 'in Temporal' }: { run: Run; text?: string }) {
  if (run.url === null) return <span className="faint">no Web UI</span>;
  return (
    <a href={run.url} rel="noreferrer" title={run.id}>
      {text}
    </a>
  );
}
