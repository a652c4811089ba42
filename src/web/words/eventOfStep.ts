/** The event that an entry of a timeline is about: itself, the one that its id is made from, or what caused it. */
import type { Step } from './timelineRows.ts';

const MADE_FROM_EVENT = /^(?:dec|apr|act|llm)_(.+)\.[^.]+$/;

export function eventOfStep({ id, causes }: Pick<Step, 'id' | 'causes'>): string | undefined {
  if (id.startsWith('evt_')) return id;
  const place = MADE_FROM_EVENT.exec(id)?.[1];
  return place === undefined ? causes.find((cause) => cause.startsWith('evt_')) : `evt_${place}`;
}
