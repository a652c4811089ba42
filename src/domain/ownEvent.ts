/** Events of a flow's own: made here, of what did not come or of what a case found. */
import type { Flow } from './flow.ts';

const SOURCES = '/signalbox/';
/** An own event that causes another hands on how many there were before; one more is refused, as a circle would never end. */
export const HOPS_MAX = 8;

export const ownSource = (flow: string): string => SOURCES + flow;
export const isOwnSource = (source: string): boolean => source.startsWith(SOURCES);
export const isOwnType = ({ types }: Pick<Flow, 'types'>, type: string): boolean => Object.hasOwn(types, type) && types[type]?.own === true;

/** `<name>:<log>.<position of what caused it>`: the same cause gives the same event. */
export const ownId = (name: string, { log, position }: { readonly log: string; readonly position: number }): string =>
  `${name}:${log}.${position}`;
