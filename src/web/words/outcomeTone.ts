/** The meaning of an outcome, the same in every flow: a colour and a sign for it, so that none is told by colour alone. */

export type Tone = 'good' | 'doubt' | 'bad' | 'act' | 'plain';

const TONES: Readonly<Record<string, Tone>> = {
  ...{ approve: 'good', normal: 'good', none: 'plain', hold: 'plain', fine: 'good', approved: 'good' },
  ...{ review: 'doubt', watch: 'doubt' },
  ...{ decline: 'bad', alert: 'bad', escalate: 'bad', reject: 'bad', block: 'bad' },
  ...{ reprice: 'act', recommend: 'act', nudge: 'act', reorder: 'act', expedite: 'act' },
};

export const SIGNS: Readonly<Record<Tone, string>> = { good: '✓', doubt: '?', bad: '✕', act: '→', plain: '·' };

export const toneOf = (outcome: string): Tone => TONES[outcome] ?? 'plain';
