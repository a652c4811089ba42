/** Mutated requests over real HTTP: whatever comes, the answer is the caller's fault or a receipt, and the service goes on. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ledger } from '../support/flows.ts';
import { ask, BATCH, eventOf, post, STRUCTURED, sendRaw } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: [ledger], server: { requestTimeoutMs: 1000, headersTimeoutMs: 1000 } });

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 4 }),
  fc.constantFrom('"', '{', '\\u0000', '\\ud800', '1e400', '__proto__').map((text) => Buffer.from(text)),
);
const edit = fc.record({ at: fc.nat(300), cut: fc.nat(5), bytes });
type Edit = { at: number; cut: number; bytes: Uint8Array };

function edited(text: string, edits: readonly Edit[]): Buffer {
  return edits.reduce(
    (body, { at, cut, bytes: put }) => Buffer.concat([body.subarray(0, at), put, body.subarray(at + cut)]),
    Buffer.from(text),
  );
}

describe('POST /v1/events under mutation', () => {
  it('never answers 5xx to a body', async () => {
    const full = eventOf({ time: '2026-01-01T00:00:00Z', subject: 'é😀', ext: 5, data: { account: 'a', amount: 1, note: '\u0000' } });
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(edit, { minLength: 1, maxLength: 3 }), async (batch, edits) => {
        const body = edited(JSON.stringify(batch ? [full, full] : full), edits);
        const { status, text } = await post(ingress.url, body, { 'content-type': batch ? BATCH : STRUCTURED });
        if (status >= 500) throw new Error(`${status} ${text}`);
      }),
      { numRuns: 500 },
    );
  });

  it('never answers 5xx to a whole request', async () => {
    const body = JSON.stringify(eventOf());
    const request = `POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: ${STRUCTURED}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    // all at once: many of them are cut short and wait for their timeout
    const samples = fc.sample(fc.array(edit, { minLength: 1, maxLength: 2 }), 200);
    const answers = await Promise.all(samples.map((edits) => sendRaw(ingress.port, edited(request, edits))));
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  });

  it('never answers 5xx to a query', async () => {
    const query = fc.dictionary(
      fc.constantFrom('after', 'limit', 'flow', 'source', 'id', 'type', 'subject', 'outcome', 'state'),
      fc.string({ unit: 'binary' }),
      { maxKeys: 3 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('events', 'decisions', 'approvals', 'quarantine', 'flows/ledger/subjects/a'),
        query,
        async (list, parameters) => {
          const { status, text } = await ask(`${ingress.url}/v1/${list}?${new URLSearchParams(parameters)}`);
          if (status >= 500) throw new Error(`${status} ${text}`);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('goes on, and logged no error', async () => {
    expect((await post(ingress.url, eventOf({ id: 'still' }))).status).toBe(202);
    expect(ingress.errors).toEqual([]);
  });
});
