/** The bug this hunts: a log that grows by a stack for each of the thousand requests a second that a storm has refused. */
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { SignalboxError } from '../../src/domain/errors.ts';
import { openTroubleLog } from '../../src/ingress/http/troubleLog.ts';
import { createLogger } from '../../src/run/logger.ts';

function opened() {
  const lines: { level: number; code: string; more?: number; msg: string; route: string }[] = [];
  const logger = createLogger('test', { SIGNALBOX_LOG_LEVEL: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const clock = { ms: 0 };
  const note = openTroubleLog(
    logger,
    () => undefined,
    () => clock.ms,
  );
  const refused = (error: unknown, route = '/v1/events') =>
    note(error, { method: 'POST', route: { path: route } } as unknown as IncomingMessage);
  return { lines, clock, refused };
}

describe('openTroubleLog()', () => {
  it('logs one of a thousand refusals, and with the next one how many there were', () => {
    const { lines, clock, refused } = opened();
    for (let nth = 0; nth < 1000; nth += 1) refused(new SignalboxError('queue-full'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 40, code: 'queue-full', more: 0, route: '/v1/events' });
    clock.ms = 5000;
    refused(new SignalboxError('queue-full'));
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatchObject({ code: 'queue-full', more: 999 });
  });

  it('tells troubles apart', () => {
    const { lines, refused } = opened();
    for (const code of ['queue-full', 'database-away', 'queue-full', 'stopping'] as const) refused(new SignalboxError(code));
    expect(lines.map(({ code }) => code)).toEqual(['queue-full', 'database-away', 'stopping']);
  });

  it('logs what nobody foresaw each time', () => {
    const { lines, refused } = opened();
    for (let nth = 0; nth < 3; nth += 1) refused(new TypeError('x is undefined'), '/v1/flows/:flow');
    expect(lines.map(({ level, code, route }) => ({ level, code, route }))).toEqual(
      Array(3).fill({ level: 50, code: 'internal', route: '/v1/flows/:flow' }),
    );
  });

  it('says nothing of what the caller did wrong', () => {
    const { lines, refused } = opened();
    refused(new SignalboxError('bad-event'));
    refused(new SignalboxError('not-found'));
    expect(lines).toEqual([]);
  });
});
