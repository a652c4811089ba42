/** What a reader has chosen, kept by the browser: the look, the time zone, whether single keys act. */

export interface Settings {
  /** `system`: as the machine has it. */
  readonly look: 'system' | 'light' | 'dark';
  /** An IANA name; `local`: of this machine. */
  readonly zone: string;
  readonly exactTimes: boolean;
  /** Keys without Ctrl or Cmd; some readers' tools press them by themselves. */
  readonly singleKeys: boolean;
}

const NAME = 'signalbox.settings';
const FIRST: Settings = { look: 'system', zone: 'local', exactTimes: false, singleKeys: true };

const listeners = new Set<() => void>();
let now: Settings = read();

function read(): Settings {
  try {
    return { ...FIRST, ...(JSON.parse(localStorage.getItem(NAME) ?? '{}') as Partial<Settings>) };
  } catch {
    // storage may be closed to us, or hold what another wrote
    return FIRST;
  }
}

export const settings = (): Settings => now;

export function change(part: Partial<Settings>): void {
  now = { ...now, ...part };
  try {
    localStorage.setItem(NAME, JSON.stringify(now));
  } catch {
    // it then holds until the page is closed
  }
  showLook();
  for (const tell of listeners) tell();
}

export function onChange(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/** The style sheet goes by this attribute; absent, by the machine. */
export function showLook(): void {
  if (now.look === 'system') delete document.documentElement.dataset.look;
  else document.documentElement.dataset.look = now.look;
}
