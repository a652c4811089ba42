import { Said } from './Said.tsx';
import { say } from './Toasts.tsx';

/** An id in the mono face, copied with one click. */
export function Id({ id }: { id: string }) {
  const copy = () =>
    navigator.clipboard.writeText(id).then(
      () => say(`Copied ${id.length > 60 ? 'the id' : id}`),
      () => say('The browser did not let the id be copied'),
    );
  return (
    <span className="id">
      <code>
        <Said text={id} charsMax={80} />
      </code>
      <button type="button" className="quiet copy" onClick={() => void copy()} aria-label="Copy the id" title="Copy">
        <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
          <path d="M5 5h8v8H5zM3 11V3h8" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" />
        </svg>
      </button>
    </span>
  );
}
