/** What clients of the stream cost: how many events a second an ingress takes with five of them and with none, in turns. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runLoad } from './load.ts';

const CLIENTS = 5;
const ROUNDS = 3;
const CONNECTIONS = 64;
const CATCH_UP_SECONDS = 60;

export interface StreamCost {
  readonly without: readonly number[];
  readonly withClients: readonly number[];
  /** 0.05: with clients it takes a twentieth less; medians of the rounds. */
  readonly share: number;
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

async function openReaders(port: number): Promise<ChildProcess> {
  const readers = fork(fileURLToPath(new URL('./streamReaders.js', import.meta.url)), [String(port), String(CLIENTS)]);
  // several may tell in one turn of the loop
  await new Promise<void>((resolve, reject) => {
    let waiting = CLIENTS;
    const hear = ({ opened }: { opened?: number }): void => {
      if (opened === undefined) reject(new Error('A client was cut before it was open'));
      waiting -= 1;
      if (waiting > 0) return;
      readers.off('message', hear);
      resolve();
    };
    readers.on('message', hear);
  });
  return readers;
}

/** Each has heard every decision, within a minute. Throws where one has not, or was cut. */
async function assertHeard(readers: ChildProcess, made: number): Promise<void> {
  for (let second = 0; second < CATCH_UP_SECONDS; second += 1) {
    readers.send('how many');
    const [{ seen }] = (await once(readers, 'message')) as [{ seen?: readonly number[] }];
    if (seen?.every((count) => count >= made) === true) return;
    await pause(1000);
  }
  throw new Error(`Five clients should have heard ${made} decisions each`);
}

/** `next`: the body of a request that makes one decision. */
export async function streamCost(port: number, seconds: number, next: () => string): Promise<StreamCost> {
  const load = async (durationMs: number): Promise<{ perSecond: number; requests: number }> => {
    const result = await runLoad({
      ...{ port, path: '/v1/events', contentType: 'application/cloudevents+json', connections: CONNECTIONS, durationMs, body: next },
    });
    const bad = Object.keys(result.statuses).filter((status) => status !== '202');
    if (bad.length > 0) throw new Error(`Answers other than 202: ${JSON.stringify(result.statuses)}`);
    return result;
  };
  await load(2000);
  const without: number[] = [];
  const withClients: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    without.push((await load(seconds * 1000)).perSecond);
    const readers = await openReaders(port);
    const { perSecond, requests } = await load(seconds * 1000);
    withClients.push(perSecond);
    await assertHeard(readers, requests);
    readers.disconnect();
  }
  return { without, withClients, share: 1 - median(withClients) / median(without) };
}
