import { type ReactNode, type SyntheticEvent, useEffect, useRef } from 'react';

/** The browser's own dialog: it keeps the focus inside, closes by Escape, and gives the focus back. */
export function Modal({
  title,
  onClose,
  children,
  wide = false,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  // it is closed by being taken away: its own event of that comes late, when the next one may be open
  const cancel = (event: SyntheticEvent) => {
    event.preventDefault();
    onClose();
  };
  useEffect(() => {
    const before = document.activeElement;
    const shown = dialog.current;
    shown?.showModal();
    // a dialog that asks for something is answered at once; else its first button has the focus
    shown?.querySelector<HTMLElement>('input:not([type=checkbox]), textarea')?.focus();
    return () => {
      shown?.close();
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog ref={dialog} className={wide ? 'modal wide' : 'modal'} aria-label={title} onCancel={cancel}>
      <header>
        <h2>{title}</h2>
        <button type="button" className="quiet" onClick={onClose} aria-label="Close">
          ✕
        </button>
      </header>
      {children}
    </dialog>
  );
}
