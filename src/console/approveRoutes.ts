/**
 * `/approve/{token}`, where links in mails lead. GET shows and never acts: mail programs and scanners follow links. POST acts once, for the recipient whom
 * the token stands for; it must come from the page itself.
 */
import type { Request, Response } from 'express';
import helmet from 'helmet';
import type { KeptApproval } from '../approvals/approval.ts';
import { followLink, giveVerdictByLink } from '../approvals/links.ts';
import { ERRORS, SignalboxError } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/event.ts';
import { readNumber } from '../domain/readNumber.ts';
import { decodeUtf8 } from '../ingress/cloudevents/jsonText.ts';
import { parseMediaType } from '../ingress/cloudevents/mediaType.ts';
import { parseStrict, SAID_BYTES_MAX } from '../ingress/http/jsonBody.ts';
import { problemOf } from '../ingress/http/problem.ts';
import { readBody } from '../ingress/http/readBody.ts';
import { assertCounts } from '../ingress/routes/approvals/approvalRoutes.ts';
import { type Call, type Route, route } from '../ingress/routes/route.ts';
import { verdictForm, verdictRequest } from '../wire/approval.ts';
import { tokenParam } from '../wire/params.ts';
import { answeredPage, approvePage, CHANGE_PREFIX, refusedPage } from './approvePage.ts';

const PATH = '/approve/:token';
const FORM = 'application/x-www-form-urlencoded';

const noLink = (): SignalboxError =>
  new SignalboxError('not-found', 'No approval has this link: it must be whole, as it stands in the mail');

const security = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      ...{ defaultSrc: ["'none'"], styleSrc: ["'unsafe-inline'"], frameAncestors: ["'none'"], baseUri: ["'none'"] },
      formAction: ["'self'"],
    },
  },
  // the address is a secret, so it goes to no other site; with no-referrer a browser would call its own form's origin `null`
  referrerPolicy: { policy: 'same-origin' },
  strictTransportSecurity: false,
});

function setHeaders({ request, response }: Pick<Call, 'request' | 'response'>): void {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Robots-Tag', 'noindex, nofollow');
  security(request, response, () => undefined);
}

function sendPage(response: Response, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

type Handle = (call: Pick<Call, 'request' | 'response' | 'params'>) => Promise<void>;

/** Refuses in HTML whoever prefers it; trouble of ours goes on to where it is logged. */
function forBrowsers(handle: Handle): Handle {
  return async (call) => {
    setHeaders(call);
    try {
      await handle(call);
    } catch (error) {
      const problem = problemOf(error);
      const wanted = call.request.accepts(['application/problem+json', 'text/html']) === 'text/html';
      if (!wanted || ERRORS[problem.code].status >= 500) throw error;
      sendPage(call.response, problem.status, refusedPage(problem));
    }
  };
}

/** Browsers say where a form stood. */
function assertOwnForm({ headers: { origin, host } }: Request, publicUrl: string | undefined): void {
  if (origin === undefined) return;
  const own = publicUrl !== undefined && new URL(publicUrl).origin === origin;
  if (!own && !(URL.canParse(origin) && new URL(origin).host === host))
    throw new SignalboxError('forbidden', 'The form must be the one of this page');
}

async function readForm(request: Request): Promise<ReadonlyMap<string, string>> {
  const type = parseMediaType(request.headers['content-type'] ?? '')?.essence;
  if (type !== FORM)
    throw new SignalboxError('unsupported-media', 'Cannot read the verdict as it must be a form (application/x-www-form-urlencoded)');
  const sent = [...new URLSearchParams(decodeUtf8(await readBody(request, SAID_BYTES_MAX)))];
  const form = new Map(sent);
  if (form.size < sent.length) throw new SignalboxError('bad-verdict', 'Each field is sent once');
  return form;
}

/** A rejection changes nothing, an empty field neither, nor one that was left as it is proposed. */
function changesOf(form: ReadonlyMap<string, string>, { rules, approval }: KeptApproval): JsonObject | undefined {
  if (form.get('verdict') === 'reject') return undefined;
  const given = [...form].filter(([name, text]) => name.startsWith(CHANGE_PREFIX) && text !== '');
  const changes = given.map(([name, text]): [string, Json] => {
    const field = name.slice(CHANGE_PREFIX.length);
    return [field, rules.changes[field]?.type === 'number' ? (readNumber(text) ?? text) : text];
  });
  return Object.fromEntries(changes.filter(([field, value]) => approval.proposed.result[field] !== value));
}

const HTML = { description: 'A page', type: 'text/html', example: '<!doctype html>' } as const;

export const approveRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    id: 'showApproval',
    tag: 'pages',
    summary: 'The page behind a link in a mail. It shows and never acts.',
    scopes: [],
    params: { token: tokenParam },
    query: 'any',
    answers: { 200: { ...HTML, description: 'Question, evidence and form' } },
    refusesInHtml: true,
    handler: ({ pool }) =>
      forBrowsers(async ({ response, params }) => {
        const found = await followLink(pool, String(params.token));
        if (found === null) throw noLink();
        sendPage(response, 200, approvePage(found, Date.now()));
      }),
  }),
  route({
    method: 'POST',
    path: PATH,
    id: 'answerByLink',
    tag: 'pages',
    summary: "The link's one verdict, as the page's form sends it",
    scopes: [],
    params: { token: tokenParam },
    query: 'any',
    body: {
      content: {
        [FORM]: { schema: verdictForm, example: { verdict: 'approve', reason: 'called the customer' }, bytesMax: SAID_BYTES_MAX },
      },
    },
    answers: { 200: { ...HTML, description: 'The verdict counts' } },
    refusesInHtml: true,
    handler: ({ pool, notifier, notices, config }) =>
      forBrowsers(async ({ request, response, params }) => {
        assertOwnForm(request, config.SIGNALBOX_PUBLIC_URL);
        const token = String(params.token);
        const found = await followLink(pool, token);
        if (found === null) throw noLink();
        const form = await readForm(request);
        const plain = Object.fromEntries([...form].filter(([name]) => !name.startsWith(CHANGE_PREFIX)));
        const { verdict, reason } = parseStrict(plain, { schema: verdictRequest, code: 'bad-verdict' });
        const changes = changesOf(form, found.kept);
        const said = { verdict, reason, ...(changes === undefined ? {} : { changes }) };
        const given = await giveVerdictByLink({ pool, notifier, notices }, token, said);
        if (given === null) throw noLink();
        assertCounts(given);
        sendPage(response, 200, answeredPage(given));
      }),
  }),
];
