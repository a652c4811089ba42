/** Why an event was refused, in one line. */
import type { SignalboxError } from '../../domain/errors.ts';

const FAULTS_SHOWN = 3;

export const refusalLine = ({ code, message, errors }: SignalboxError): string =>
  [`${code}: ${message}`, ...errors.slice(0, FAULTS_SHOWN).map(({ pointer, detail }) => `${pointer} ${detail}`)].join('; ');
