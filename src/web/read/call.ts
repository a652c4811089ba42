/** Requests to the API that this page came from. A refusal is a problem with a code; whoever is away is told apart from it. */
import type { Problem } from '../../wire/problem.ts';

/** The service answered, and said no. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
  }
}

/** Nobody answered, or not in words of ours. */
export class Away extends Error {}

const TIMEOUT_MS = 20_000;
const PROOF = 'signalbox-csrf';

let proof: string | null = null;
let key: string | null = null;

/** Of an ingress without sessions: it is known until the page is loaded again, and to nobody else. */
export const setKey = (of: string | null): void => {
  key = of;
};

/** What says who asks, where no cookie does. */
export const ownHeaders = (): Record<string, string> => (key === null ? {} : { authorization: `Bearer ${key}` });

/** Of the session; null: no key is asked for, or nobody is signed in. */
export const setProof = (of: string | null): void => {
  proof = of;
};

type Said = {
  readonly method?: 'POST';
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

async function problemOf(response: Response): Promise<Problem> {
  const type = response.headers.get('content-type') ?? '';
  if (!type.includes('problem+json')) throw new Away(`It answered ${response.status}, and not as Signalbox does`);
  return (await response.json()) as Problem;
}

export async function send(path: string, { method, body, type = 'application/json', headers = {} }: Said = {}): Promise<Response> {
  const init: RequestInit = {
    headers: {
      accept: 'application/json',
      ...ownHeaders(),
      ...(method === undefined || proof === null ? {} : { [PROOF]: proof }),
      ...(body === undefined ? {} : { 'content-type': type }),
      ...headers,
    },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    cache: 'no-store',
    ...(method === undefined ? {} : { method }),
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  };
  const response = await fetch(path, init).catch((error: unknown) => {
    throw new Away(
      error instanceof DOMException && error.name === 'TimeoutError' ? 'No answer within 20 s' : 'Signalbox cannot be reached',
    );
  });
  // 503 of /readyz is an answer too, and has no problem in it
  if (response.ok || (response.status === 503 && !(response.headers.get('content-type') ?? '').includes('problem'))) return response;
  throw new Refusal(await problemOf(response));
}

export async function ask<Answer>(path: string): Promise<Answer> {
  return (await (await send(path)).json()) as Answer;
}

export async function tell<Answer>(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer> {
  const response = await send(path, {
    method: 'POST',
    ...(body === undefined ? {} : { body }),
    ...(headers === undefined ? {} : { headers }),
  });
  return (response.status === 204 ? null : await response.json()) as Answer;
}

/** `?flow=fraud&limit=20`, without what is not set. */
export function queryText(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const set = Object.entries(parameters).filter((entry): entry is [string, string | number] => entry[1] !== undefined && entry[1] !== '');
  return set.length === 0 ? '' : `?${new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString()}`;
}
