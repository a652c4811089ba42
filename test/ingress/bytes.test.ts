/** JSON that came as bytes (`data_base64`). The bug this hunts: whoever read the event again found no data: a rebuild folded nothing of it. */
import { describe, expect, it } from '@jest/globals';
import { storedData, storedObject } from '../../src/domain/storedData.ts';
import { readPastEvents } from '../../src/log/read/history.ts';
import { rebuild } from '../../src/log/rebuild.ts';
import { ledger } from '../support/flows.ts';
import { eventOf, post } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: [ledger] });
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('data_base64', () => {
  it.each([
    ['with its type', { datacontenttype: 'application/json' }],
    ['without a type', {}],
  ])('%s is folded again as it was folded, and known to those who look back', async (title, attributes) => {
    const account = `bytes ${title}`;
    const sent = eventOf({
      ...attributes,
      id: account,
      data: undefined,
      data_base64: base64(JSON.stringify({ account, amount: 7, region: 'north' })),
    });
    const { status, json } = await post(ingress.url, sent);
    expect([status, json.subject]).toEqual([202, account]);
    const { keys, differences } = await rebuild(ingress.pool, { tenant: 'default', flow: ledger, write: false });
    expect(differences).toEqual([]);
    expect(keys).toBeGreaterThanOrEqual(2);
    const past = await readPastEvents(ingress.pool, { tenant: 'default', flow: 'ledger', subject: account, position: 1e9 }, 5);
    expect(past).toMatchObject([{ data: { account, amount: 7 } }]);
  });
});

describe('storedData()', () => {
  const bytes = base64('{"a":1}');
  it.each([
    ['data', { data: { a: 1 } }, { a: 1 }],
    ['bytes of JSON', { data_base64: bytes, datacontenttype: 'application/vnd.x+json; charset=utf-8' }, { a: 1 }],
    ['bytes of no type', { data_base64: bytes }, { a: 1 }],
    ['bytes of another type', { data_base64: bytes, datacontenttype: 'image/png' }, bytes],
    ['bytes that are no JSON', { data_base64: base64('{') }, base64('{')],
    ['no data', {}, undefined],
  ])('gives %s', (_, stored, data) => {
    expect(storedData(JSON.stringify(stored))).toEqual(data);
  });

  it('storedObject() gives nothing where there is no object', () => {
    expect([null, undefined, '{}', '{"data":[1]}', '{"data":null}', '{"data":"a"}'].map(storedObject)).toEqual(Array(6).fill(null));
  });
});
