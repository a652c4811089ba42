/**
 * States as the first release wrote them, byte for byte: rows of every log hold such bytes, and a rebuild compares with them.
 * `states.recorded.json` was written by that code and is never written again.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { LogFold } from '../../../kit/foldAll.ts';
import { parsePolicy } from '../../../policy/policy.ts';
import { fraud } from '../flow.ts';
import { DAY_MS, HOUR_MS } from '../horizon.ts';
import { ATTEMPTED, DISPUTED, FAILED } from '../payment.ts';
import type { FraudPolicy } from '../policy.ts';

const START_MS = Date.UTC(2026, 0, 1, 5);
/** Of the 260 steps, those after which the states are compared in full; the digest covers them after each. */
const SHOWN = [0, 5, 60, 259];

/** Small numbers that look random and are the same everywhere: a linear congruential generator. */
function randoms(): (below: number) => number {
  let state = 12345;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
}

/** Payments of whole seconds and of milliseconds, in cents and not, late and not; disputes before, after and taken back; failures. */
function* steps(): Generator<{ type: string; timeMs: number; data: Record<string, string | number | boolean> }> {
  const random = randoms();
  let now = START_MS;
  for (let at = 0; at < 260; at++) {
    now += random(9) === 0 ? 9 * DAY_MS : random(20) * HOUR_MS + (random(2) === 0 ? random(3_600_000) : 0);
    const late = random(4) === 0 ? random(23) * HOUR_MS : 0;
    const data = { paymentId: `p${at}`, cardId: `c${random(3)}`, terminalId: `t${random(2)}`, currency: 'EUR' };
    const amount = [random(5000) / 100, random(300) * 100, random(900) / 7, 0][random(4)] as number;
    const kind = random(10);
    if (kind < 6) yield { type: ATTEMPTED, timeMs: now - late, data: { ...data, amount } };
    else if (kind < 8) yield { type: FAILED, timeMs: now - late, data: { ...data, amount, code: 'declined' } };
    else yield { type: DISPUTED, timeMs: now, data: { ...data, paymentId: `p${random(at + 20)}`, fraud: random(5) > 0 } };
  }
  // more of each than is kept
  const full = { cardId: 'full', terminalId: 'full', amount: 12.5, currency: 'EUR' };
  for (let at = 0; at < 3; at++) yield { type: ATTEMPTED, timeMs: START_MS + at * 1000, data: { ...full, paymentId: `b${at}` } };
  const busy = { ...full, cardId: 'busy', terminalId: 'busy' };
  for (let at = 0; at < 210; at++) yield { type: FAILED, timeMs: now + at * 500, data: { ...busy, paymentId: `f${at}`, code: 'x' } };
  for (let at = 0; at < 70; at++) yield { type: DISPUTED, timeMs: now + at, data: { ...busy, paymentId: `unknown${at}`, fraud: true } };
}

/** Rows of a card and a terminal with 1,999 payments, a second apart: one fewer than are kept. */
function fullStates(): Map<string, Uint8Array> {
  const newest: number[] = [];
  for (let rest = BigInt(START_MS - 1000) * 2n; rest > 0n; rest >>= 7n) newest.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
  const times = [1, 0xcf, 0x0f, ...newest, ...Array(1998).fill(2)];
  const card = [...times, ...Array(1999).fill(20), 0, 0];
  const terminal = [...times, ...Array(4 * 1999).fill(7), ...Array(1999).fill(63), 0];
  return new Map(Object.entries({ 'card:full': Uint8Array.from(card), 'terminal:full': Uint8Array.from(terminal) }));
}

/** The first release knew these. */
const wasKnown = (key: string): boolean => key.startsWith('card:') || key.startsWith('terminal:');

const stateText = (log: LogFold<FraudPolicy>): [string, string][] =>
  [...log.states]
    .filter(([key]) => wasKnown(key) && !key.endsWith(':full'))
    .map(([key, state]): [string, string] => [key, Buffer.from(state ?? []).toString('hex')])
    .sort(([a], [b]) => (a < b ? -1 : 1));

it('fraud writes the states of the first release', async () => {
  const log = new LogFold({ flow: fraud, policy: parsePolicy(fraud, fraud.policyText) });
  for (const [key, state] of fullStates()) log.states.set(key, state);
  const digest = createHash('sha256');
  const shown: [number, [string, string][]][] = [];
  let at = 0;
  for (const step of steps()) {
    const { changed } = log.add(step);
    for (const key of changed.filter(wasKnown)) digest.update(`${at} ${key} `).update(log.states.get(key) ?? '');
    if (SHOWN.includes(at)) shown.push([at, stateText(log)]);
    at += 1;
  }
  const written = { shown, digest: digest.digest('hex') };
  const recorded = JSON.parse(await readFile(new URL('./states.recorded.json', import.meta.url), 'utf8'));
  expect(written).toEqual(recorded);
});
