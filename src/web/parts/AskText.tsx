import { type FormEvent, useEffect, useRef } from 'react';
import { Modal } from './Modal.tsx';

interface AskTextProps {
  readonly title: string;
  readonly action: string;
  readonly charsMax: number;
  readonly onSend: (text: string) => void;
  readonly onClose: () => void;
}

export function AskText({ title, action, charsMax, onSend, onClose }: AskTextProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const send = (event: FormEvent) => {
    event.preventDefault();
    const text = field.current?.value.trim() ?? '';
    if (text !== '') onSend(text);
  };
  return (
    <Modal title={title} onClose={onClose}>
      <form onSubmit={send}>
        <textarea ref={field} rows={4} maxLength={charsMax} required aria-label={title} />
        <p className="row-tools">
          <button type="submit" className="accent">
            {action}
          </button>
          <button type="button" onClick={onClose}>
            Leave it
          </button>
        </p>
      </form>
    </Modal>
  );
}
