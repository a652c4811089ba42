import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import { useState } from 'react';
import { KEYS, shownKeys } from '../../keys/keyTable.ts';
import { useFlows } from '../../read/queries.ts';
import { PAGES } from '../../words/pageList.ts';
import { pathOfId } from '../../words/pathOfId.ts';
import { change } from '../../words/settings.ts';
import { Modal } from '../Modal.tsx';

/** Goes anywhere: pages, flows, an id that is typed whole. */
export function Palette({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const flows = useFlows();
  const [text, setText] = useState('');
  const mac = navigator.platform.startsWith('Mac');
  const go = (to: string) => {
    onClose();
    void navigate({ href: to });
  };
  const keyOf = (to: string) => KEYS.find(({ id }) => id === `go ${to}`)?.keys;
  const path = pathOfId(text.trim());
  return (
    <Modal title="Commands" onClose={onClose}>
      <Command label="Commands" className="palette">
        <Command.Input autoFocus value={text} onValueChange={setText} placeholder="A page, a flow, an id" />
        <Command.List>
          <Command.Empty>Nothing is called so</Command.Empty>
          {path !== null && (
            <Command.Item value={text} onSelect={() => go(path)}>
              Open {text.trim()}
            </Command.Item>
          )}
          <Command.Group heading="Pages">
            {PAGES.map(({ to, title, about }) => (
              <Command.Item key={to} value={`${title} ${about}`} onSelect={() => go(to)}>
                {title} <span className="faint">{about}</span>
                {keyOf(to) !== undefined && <kbd>{shownKeys(keyOf(to) ?? '', mac)}</kbd>}
              </Command.Item>
            ))}
          </Command.Group>
          <Command.Group heading="Flows">
            {(flows.data?.items ?? []).map(({ name, title }) => (
              <Command.Item key={name} value={`${name} ${title}`} onSelect={() => go(`/console/flows/${encodeURIComponent(name)}`)}>
                {title} <span className="faint">{name}</span>
              </Command.Item>
            ))}
          </Command.Group>
          <Command.Group heading="View">
            {(['light', 'dark', 'system'] as const).map((look) => (
              <Command.Item key={look} value={`look ${look}`} onSelect={() => [change({ look }), onClose()]}>
                {look === 'system' ? 'Look as the system' : `Look ${look}`}
              </Command.Item>
            ))}
            <Command.Item value="reference docs openapi" onSelect={() => location.assign('/docs')}>
              Reference
            </Command.Item>
          </Command.Group>
        </Command.List>
      </Command>
    </Modal>
  );
}
