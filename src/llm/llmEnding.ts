/** How a request is written down, from what came back over the wire. */
import type { LlmRung } from '../policy/ladderPolicy.ts';
import type { Admitted } from './record/admit.ts';
import type { Ending } from './record/settle.ts';
import type { Wire } from './wire/client.ts';
import { nanoUsd } from './wire/question.ts';
import { type Expected, type Reading, readAnswer, readUsage } from './wire/readAnswer.ts';
import { HEALTH, type WireFault } from './wire/wireFault.ts';

interface Terms {
  readonly expected: Expected;
  readonly price: LlmRung['price'];
  readonly admitted: Admitted;
  readonly ms: number;
}

const FREE = { inputTokens: 0, outputTokens: 0, nanoUsd: 0 };

type Outcome = Pick<Ending, 'state' | 'code' | 'note' | 'answer'>;

const outcome = (state: Ending['state'], { code = null, note = null, answer = null }: Partial<Outcome> = {}): Outcome => ({
  ...{ state, code, note, answer },
});

function byFault({ kind, code, said }: WireFault): Outcome {
  const note = said === null ? code : `${code} ${said}`;
  switch (kind) {
    case 'again':
    case 'busy':
      return outcome('failed', { code, note: said });
    case 'cancelled':
      return outcome('cancelled', { code });
    case 'quota':
      return outcome('abstained', { code: 'quota-spent', note });
    case 'rejected':
      return outcome('abstained', { code: 'rejected', note });
    case 'too-large':
      return outcome('abstained', { code: 'too-large' });
  }
}

function byReading(reading: Reading, { wrong, tight, last }: Admitted): Outcome {
  switch (reading.kind) {
    case 'answer':
      return outcome('answered', { answer: JSON.stringify({ value: reading.value }) });
    case 'tools':
      return outcome('answered', { answer: JSON.stringify({ calls: reading.calls }) });
    case 'abstained':
      return outcome('abstained', { code: reading.code });
    case 'off-schema':
      // one repair, where there is room and money for it
      return wrong === null && !tight && !last
        ? outcome('off-schema', { code: 'off-schema', note: reading.wrong })
        : outcome('abstained', { code: 'off-schema', note: reading.wrong });
  }
}

export function endingOf(wire: Wire, { expected, price, admitted, ms }: Terms): Ending {
  if ('fault' in wire) {
    const { kind, free, pauseMs, requestId } = wire.fault;
    return { ...byFault(wire.fault), cost: free ? FREE : null, health: HEALTH[kind], ms, pauseMs, requestId };
  }
  const usage = readUsage(wire.completion);
  const cost = usage === null ? null : { ...usage, nanoUsd: nanoUsd(usage.inputTokens, usage.outputTokens, price) };
  const reading = readAnswer(wire.completion, expected);
  return { ...byReading(reading, admitted), cost, health: 'well', ms, pauseMs: null, requestId: wire.requestId };
}
