/** Paths, methods and queries that are not there. The bugs this hunts: a 500 for a strange text, an answer that tells more than 404. */
import { describe, expect, it } from '@jest/globals';
import { expectProblem } from '../support/expectProblem.ts';
import { ledger } from '../support/flows.ts';
import { ask } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: [ledger] });

describe('createApp() knows its paths and methods', () => {
  it.each([
    ['PUT', '/v1/events', 'GET, HEAD, POST'],
    ['DELETE', '/v1/events', 'GET, HEAD, POST'],
    ['POST', '/v1/events/evt_ledger.3', 'GET, HEAD'],
    ['POST', '/v1/decisions', 'GET, HEAD'],
    ['GET', '/v1/approvals/apr_ledger.3.0/verdict', 'POST'],
    ['GET', '/v1/quarantine/evt_ledger.3/redrive', 'POST'],
    ['POST', '/v1/actions', 'GET, HEAD'],
    ['GET', '/v1/actions/act_ledger.3.x/redrive', 'POST'],
    ['POST', '/v1/receivers', 'GET, HEAD'],
    ['GET', '/v1/receivers/rcv_1/enable', 'POST'],
    ['POST', '/readyz', 'GET, HEAD'],
    ['POST', '/', 'GET, HEAD'],
  ])('%s %s: 405 with Allow', async (method, path, allow) => {
    const answer = await ask(`${ingress.url}${path}`, { method });
    expectProblem(answer, 405);
    expect(answer.headers.get('allow')).toBe(allow);
  });

  it.each([
    '/v1/nothing',
    '/v2/events',
    '/v1/events/evt_none',
    '/v1/events/evt_ledger.999999',
    '/v1/events/evt_other.ledger.3',
    '/v1/decisions/dec_none',
    '/v1/decisions/dec_ledger.3.99999',
    '/v1/decisions/dec_ledger.3.abc',
    '/v1/approvals/apr_none',
    '/v1/approvals/apr_ledger.3.0',
    '/v1/actions/act_none',
    '/v1/actions/act_ledger.3.x',
    '/v1/flows/none',
    '/v1/flows/__proto__',
    '/v1/flows/none/subjects/a',
    '/v1/flows/ledger/subjects/nobody',
    '/v1/flows/ledger/subjects/%00',
  ])('GET %s: 404', async (path) => {
    expectProblem(await ask(`${ingress.url}${path}`), 404);
  });

  it.each([
    ['/v1/events/p-1', 'There is no such event: ids look like evt_fraud.17'],
    ['/v1/decisions/evt_ledger.3', 'There is no such decision: ids look like dec_fraud.17.0'],
    ['/v1/approvals/apr_ledger.3.0', 'There is no such approval: ids look like apr_fraud.17.0'],
    ['/v1/actions/act_ledger.3.x', 'There is no such action: ids look like act_fraud.17.release'],
    ['/v1/flows/none', 'There is no such flow: GET /v1/flows lists them'],
    ['/v1/flows/none/quality', 'There is no such flow: GET /v1/flows lists them'],
    ['/v1/flows/ledger/subjects/nobody', 'The flow has seen no such subject'],
  ])('GET %s: the 404 says what is missing', async (path, detail) => {
    expect((await ask(`${ingress.url}${path}`)).json.detail).toBe(detail);
  });

  const BAD_QUERIES = [
    'limit=0',
    'limit=1001',
    'limit=x',
    'limit=1e2',
    'limit=',
    'after=%00garbage',
    'after=e30&after=e30',
    'after=W10',
    'after=!',
    'sort=x',
    'limit=1&limit=2',
  ];
  it.each(
    ['events', 'decisions', 'approvals', 'actions', 'quarantine'].flatMap((list) => BAD_QUERIES.map((query) => [list, query] as const)),
  )('GET /v1/%s?%s: 400', async (list, query) => {
    expectProblem(await ask(`${ingress.url}/v1/${list}?${query}`), 400);
  });

  it.each(["source=' or 1=1 --&id=x", 'source=$ne&id[$gt]=', 'type=%27%3B%20drop%20table%20entries%3B--', 'flow=ledger%27'])(
    'a filter that is code finds nothing: %s',
    async (query) => {
      const answer = await ask(`${ingress.url}/v1/events?${query}`);
      if (answer.status === 400) return expectProblem(answer, 400);
      expect(answer).toMatchObject({ status: 200, json: { items: [], more: false } });
    },
  );

  it('logs no error for any of it', () => {
    expect(ingress.errors).toEqual([]);
  });
});
