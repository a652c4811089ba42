import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type RefObject, useRef, useState } from 'react';
import type { Approval, Handed, ReceiversOf } from '../../../wire/approval.ts';
import { Loaded, NoneOf } from '../../parts/Loaded.tsx';
import { Modal } from '../../parts/Modal.tsx';
import { say } from '../../parts/Toasts.tsx';
import { useMe } from '../../parts/useMe.ts';
import { handOn, receiversOf } from '../../read/verdicts.ts';
import { refusalNews } from '../../words/verdictNews.ts';

interface HandOnProps {
  readonly approval: Approval;
  readonly etag: string | null;
  readonly again: () => void;
  readonly onClose: () => void;
}

const ROLE = 'role ';
const toOf = (chosen: string): Handed['to'] => (chosen.startsWith(ROLE) ? { role: chosen.slice(ROLE.length) } : { person: chosen });

/** Gives it to another person or role, with a reason. Beside the form of the verdict, not in it: a form holds no other. */
export function HandOn({ approval: { id }, etag, again, onClose }: HandOnProps) {
  const query = useQuery({ queryKey: ['/v1/approval/receivers', id], queryFn: () => receiversOf(id), retry: false });
  const whom = useRef<HTMLSelectElement & HTMLInputElement>(null);
  const reason = useRef<HTMLTextAreaElement>(null);
  // what is handed on is what was seen as this was opened
  const [seen] = useState(etag);
  const [trouble, setTrouble] = useState<string | null>(null);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    const [chosen, why] = [whom.current?.value.trim() ?? '', reason.current?.value.trim() ?? ''];
    if (chosen === '' || why === '') return;
    try {
      await handOn(id, { to: toOf(chosen), reason: why }, seen);
      say(`Handed on to ${chosen}: they are asked now. You may still answer.`);
      onClose();
    } catch (error) {
      setTrouble(refusalNews(error));
    }
    again();
  };
  return (
    <Modal title="Hand it on" onClose={onClose}>
      <Loaded query={query} lines={3}>
        {(receivers) => (
          <form onSubmit={(event) => void send(event)}>
            <Whom receivers={receivers} reference={whom} />
            <label htmlFor="hand-on-reason">Why (kept with it, and told to them)</label>
            <textarea id="hand-on-reason" ref={reason} rows={3} maxLength={2000} required />
            <p className="trouble" role="alert">
              {trouble}
            </p>
            <p className="row-tools">
              <button type="submit" className="accent">
                Hand it on
              </button>
              <button type="button" onClick={onClose}>
                Leave it
              </button>
            </p>
          </form>
        )}
      </Loaded>
    </Modal>
  );
}

interface WhomProps {
  readonly receivers: ReceiversOf;
  readonly reference: RefObject<(HTMLSelectElement & HTMLInputElement) | null>;
}

/** Where keys are checked, those who may get it; else nobody is known, and a name is written. */
function Whom({ receivers: { people, roles }, reference }: WhomProps) {
  const me = useMe().data ?? null;
  if (me?.auth !== 'keys')
    return (
      <p>
        <label htmlFor="hand-on-to">To whom</label> <input id="hand-on-to" ref={reference} type="text" maxLength={254} required />
      </p>
    );
  if (people.length + roles.length === 0) return <NoneOf text="There is nobody else whom its policy asks and who has not voted" />;
  return (
    <p>
      <label htmlFor="hand-on-to">To whom</label>{' '}
      <select id="hand-on-to" ref={reference} required defaultValue="">
        <option value="" disabled>
          choose
        </option>
        {roles.map((role) => (
          <option key={role} value={`${ROLE}${role}`}>
            the role {role}
          </option>
        ))}
        {people.map((person) => (
          <option key={person}>{person}</option>
        ))}
      </select>
    </p>
  );
}
