import { KEYS, type KeyLine, shownKeys } from '../../keys/keyTable.ts';
import { change } from '../../words/settings.ts';
import { Modal } from '../Modal.tsx';
import { useSettings } from '../useSettings.ts';

const GROUPS: readonly KeyLine['group'][] = ['Everywhere', 'Lists', 'Inbox', 'Live'];

/** Made from the table that the keys are bound by. */
export function Help({ onClose }: { onClose: () => void }) {
  const { singleKeys } = useSettings();
  const mac = navigator.platform.startsWith('Mac');
  return (
    <Modal title="Keys" onClose={onClose} wide>
      <label className="check">
        <input type="checkbox" checked={singleKeys} onChange={(event) => change({ singleKeys: event.target.checked })} /> Keys without{' '}
        {mac ? '⌘' : 'Ctrl'} act
      </label>
      <div className="key-groups">
        {GROUPS.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl className="keys">
              {KEYS.filter((line) => line.group === group).map(({ id, keys, does }) => (
                <div key={id}>
                  <dt>
                    <kbd>{shownKeys(keys, mac)}</kbd>
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
