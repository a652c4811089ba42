import { useQueryClient } from '@tanstack/react-query';
import { DropdownMenu } from 'radix-ui';
import { signOut } from '../../read/session.ts';
import { change } from '../../words/settings.ts';
import { refusalNews } from '../../words/verdictNews.ts';
import { say } from '../Toasts.tsx';
import { useMe } from '../useMe.ts';
import { useSettings } from '../useSettings.ts';

const LOOKS = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const;

/** Offsets that people ask for; the machine's own comes first. */
const ZONES = ['local', 'UTC', 'America/Los_Angeles', 'America/New_York', 'Europe/London', 'Europe/Berlin', 'Asia/Kolkata', 'Asia/Tokyo'];

export function ViewMenu({ onHelp }: { onHelp: () => void }) {
  const { look, zone, exactTimes, singleKeys } = useSettings();
  const { data: me } = useMe();
  const client = useQueryClient();
  const leave = async () => {
    await signOut().catch((error: unknown) => say(refusalNews(error)));
    await client.resetQueries();
  };
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="quiet">View</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
          <DropdownMenu.Label>Look</DropdownMenu.Label>
          <DropdownMenu.RadioGroup value={look} onValueChange={(value) => change({ look: value as typeof look })}>
            {LOOKS.map(([value, text]) => (
              <DropdownMenu.RadioItem key={value} value={value}>
                <DropdownMenu.ItemIndicator>✓ </DropdownMenu.ItemIndicator>
                {text}
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator />
          <DropdownMenu.Label>Times</DropdownMenu.Label>
          <DropdownMenu.CheckboxItem checked={exactTimes} onCheckedChange={(value) => change({ exactTimes: value })}>
            <DropdownMenu.ItemIndicator>✓ </DropdownMenu.ItemIndicator>
            Exact times
          </DropdownMenu.CheckboxItem>
          <DropdownMenu.RadioGroup value={zone} onValueChange={(value) => change({ zone: value })}>
            {ZONES.map((value) => (
              <DropdownMenu.RadioItem key={value} value={value}>
                <DropdownMenu.ItemIndicator>✓ </DropdownMenu.ItemIndicator>
                {value === 'local' ? `This machine's zone (${Intl.DateTimeFormat().resolvedOptions().timeZone})` : value}
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator />
          <DropdownMenu.CheckboxItem checked={singleKeys} onCheckedChange={(value) => change({ singleKeys: value })}>
            <DropdownMenu.ItemIndicator>✓ </DropdownMenu.ItemIndicator>
            Single keys act
          </DropdownMenu.CheckboxItem>
          <DropdownMenu.Item onSelect={onHelp}>Keys…</DropdownMenu.Item>
          {me?.auth === 'keys' && <DropdownMenu.Item onSelect={() => void leave()}>Sign out {me.actor}</DropdownMenu.Item>}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
