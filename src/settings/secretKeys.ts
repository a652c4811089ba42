/** The keys that seal secrets at rest, from a setting or from a file that a secret store mounts. */
import { readFileSync } from 'node:fs';
import { CannotRun } from '../domain/errors.ts';

const KEY_BYTES = 32;

export const KEY_FORM = `base64 of ${KEY_BYTES} random bytes, as \`openssl rand -base64 32\` makes it; several with commas or line ends between them, the one that seals first`;

/** Null where one of them is none. */
export function parseSecretKeys(text: string): readonly Buffer[] | null {
  const keys = text.split(/[\s,]+/).filter((one) => one !== '');
  const read = keys.map((one) => (/^[A-Za-z0-9+/]{43}=$/.test(one) ? Buffer.from(one, 'base64') : null));
  return read.length === 0 || read.some((one) => one === null) ? null : (read as Buffer[]);
}

interface SecretKeySettings {
  readonly SIGNALBOX_SECRET_KEY?: readonly Buffer[] | undefined;
  readonly SIGNALBOX_SECRET_KEY_FILE?: string | undefined;
}

/** Empty: there is none. Throws CannotRun where the file cannot be read. */
export function readSecretKeys({ SIGNALBOX_SECRET_KEY: keys, SIGNALBOX_SECRET_KEY_FILE: file }: SecretKeySettings): readonly Buffer[] {
  if (file === undefined) return keys ?? [];
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CannotRun(`Cannot read SIGNALBOX_SECRET_KEY_FILE: ${(error as NodeJS.ErrnoException).code ?? 'it failed'}`, { cause: error });
  }
  const read = parseSecretKeys(text);
  if (read === null) throw new CannotRun(`Cannot use SIGNALBOX_SECRET_KEY_FILE: it must hold ${KEY_FORM}`);
  return read;
}
