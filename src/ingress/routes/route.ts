/**
 * One route of the API. The table of these is what Express serves, what 405 and rights go by, and what the OpenAPI document and the reference
 * are made from: a route is told nowhere else.
 */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Caller, Scope } from '../../domain/caller.ts';
import type { IngressDeps } from './ingressDeps.ts';

/** Groups in the reference and in clients that are made from the document. */
export const TAGS = {
  events: 'Sending events, and what became of them',
  decisions: 'What was decided, and why',
  flows: 'Flows, their policies and subjects, and how good they are',
  approvals: 'Questions to people',
  actions: 'What followed from decisions, and where it is sent',
  streams: 'Brokers that events come from',
  webhooks: 'Requests of providers, and where they are taken',
  operations: 'For operators and their tools',
  pages: 'For people',
} as const;

/** An answer that is given for a status; refusals are problems on every route. */
export interface Answered {
  readonly description: string;
  /** Of JSON; another type is text. */
  readonly schema?: z.ZodType;
  readonly example: unknown;
  /** Another form of it, by name. */
  readonly otherExamples?: Readonly<Record<string, unknown>>;
  /** `application/json` unless told. */
  readonly type?: string;
  /** What it may be asked for as well: an item a line, as `application/x-ndjson`. */
  readonly lines?: { readonly schema: z.ZodType; readonly example: string };
  /** What further headers say. */
  readonly headers?: Readonly<Record<string, string>>;
}

export const NDJSON = 'application/x-ndjson';

export type Answers = Readonly<Record<number, Answered>>;

/** What a request carries. */
export interface RequestBody<Body> {
  /** By media type. The limit is of the inflated body. */
  readonly content: Readonly<Record<string, { readonly schema: z.ZodType; readonly example: unknown; readonly bytesMax: number }>>;
  /** Absent: the handler reads it. */
  readonly read?: (request: Request) => Promise<Body>;
}

/** A request whose caller, parameters and body were found right. */
export interface Call<Query = object, Body = unknown, Given extends Answers = Answers> {
  readonly request: Request;
  readonly response: Response;
  /** Nobody where the route needs no key. */
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  /** Whether the key still holds, for answers that last. Throws `unauthenticated` or `forbidden`. */
  recheck(): Promise<unknown>;
  /** Answers in JSON, as the table says. */
  send<Status extends keyof Given>(status: Status, body: Sent<Given[Status]>, headers?: Readonly<Record<string, string>>): void;
}

type Sent<Answer> = Answer extends { readonly schema: infer Schema extends z.ZodType } ? z.input<Schema> : never;

interface Spec<Query, Body, Given extends Answers> {
  readonly method: 'GET' | 'POST';
  /** As Express writes it: `/v1/events/:event`. */
  readonly path: string;
  /** The operation's name for clients: a verb and a noun. */
  readonly id: string;
  readonly tag: keyof typeof TAGS;
  readonly summary: string;
  /** Any one of them will do; none: no key is needed. */
  readonly scopes: readonly Scope[];
  /** Of the path, by name. What does not fit is not there: 404. */
  readonly params?: Readonly<Record<string, z.ZodType<string>>>;
  /** A strict object; absent: no parameter is known. `any`: others add what they like to the address, and it means nothing here. */
  readonly query?: Query | 'any';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody<Body>;
  readonly answers: Given;
  /** Refusals may be pages too. */
  readonly refusesInHtml?: true;
  readonly handler: (deps: IngressDeps) => (call: Call<z.output<Query>, Body, Given>) => Promise<void> | void;
}

/** As the table holds it. */
export interface Route extends Omit<Spec<z.ZodObject, unknown, Answers>, 'handler'> {
  readonly handler: (deps: IngressDeps) => (call: Call<never, never, never>) => Promise<void> | void;
}

/** What a route takes that says nothing of its query. */
export const NO_QUERY = z.strictObject({});

/** Ties what a handler is given and what it sends to the schemas of its route. */
export function route<const Given extends Answers, Query extends z.ZodObject = typeof NO_QUERY, Body = undefined>(
  spec: Spec<Query, Body, Given>,
): Route {
  return spec as unknown as Route;
}

/** A path as OpenAPI and people write it: `/v1/events/{event}`. */
export const templateOf = (path: string): string => path.replace(/:(\w+)/g, '{$1}');
