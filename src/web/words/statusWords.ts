/** The status of an event, as a person says it. */
import type { Receipt } from '../../wire/receipt.ts';

export const STATUS_WORDS: Readonly<Record<Receipt['status'], string>> = {
  decided: 'it is decided for good',
  signalled: 'its case goes on; a decision until then is provisional',
  recorded: 'it was counted, and asks for no decision',
  unrouted: 'no flow takes its type; it is kept for one that comes later',
  expired: 'it came, or its turn came, after the time that its sender set',
  quarantined: 'it could not be folded; an operator has to look',
};
