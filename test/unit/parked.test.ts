import { describe, expect, it } from '@jest/globals';
import { groupsOf, Parked, type Rest } from '../../src/workflows/parked.ts';
import { Places } from '../../src/workflows/places.ts';

const person = (wakeMs: number): Rest => ({ wakeMs, untilMs: 99, types: null });
const event = (wakeMs: number, ...types: string[]): Rest => ({ wakeMs, untilMs: 99, types });

describe('Parked', () => {
  const rests: [number, Rest][] = [
    [4, person(10)],
    [7, event(20, 'mended', 'read')],
    [5, person(15)],
    [9, event(20, 'mended', 'read')],
    [8, event(30)],
  ];

  it('groupsOf() keeps all that is carried, by what is waited for', () => {
    const groups = groupsOf(rests);
    expect(groups).toHaveLength(3);
    expect(new Map(new Parked(groups).rests)).toEqual(new Map(rests));
    expect(groupsOf([])).toEqual([]);
  });

  it('takeDue() takes those whose time has come, in order, once', () => {
    const parked = new Parked(groupsOf(rests));
    expect([parked.nextMs, parked.lowest]).toEqual([10, 4]);
    expect(parked.takeDue(9)).toEqual([]);
    expect(parked.takeDue(20)).toEqual([4, 5, 7, 9]);
    expect(parked.takeDue(20)).toEqual([]);
    expect([parked.nextMs, parked.size]).toEqual([30, 1]);
    expect([parked.take(8), parked.nextMs]).toEqual([true, null]);
  });

  it('takeHearing() takes those that wait for the type of an event behind their own', () => {
    const parked = new Parked(groupsOf(rests));
    expect(parked.takeHearing({ position: 8, type: 'other' })).toEqual([]);
    expect(parked.takeHearing({ position: 8, type: 'read' })).toEqual([7]);
    expect(parked.takeHearing({ position: 10, type: 'mended' })).toEqual([9]);
    expect(parked.size).toBe(3);
  });
});

describe('Places', () => {
  it('an action gives its place up after ten seconds, and no more than 500 do', () => {
    const places = new Places();
    expect([places.free(0), places.nextFreeMs(0)]).toEqual([0, null]);
    places.idle = 2;
    places.beginAct(1, 1000);
    places.beginAct(2, 4000);
    expect([places.free(10_999), places.nextFreeMs(10_999)]).toEqual([2, 1]);
    expect([places.free(11_000), places.nextFreeMs(11_000)]).toEqual([3, 3000]);
    places.endAct(1);
    expect([places.free(14_000), places.nextFreeMs(14_000)]).toEqual([3, null]);
    for (let position = 10; position < 700; position += 1) places.beginAct(position, 0);
    expect([places.free(20_000), places.nextFreeMs(20_000)]).toEqual([502, null]);
  });
});
