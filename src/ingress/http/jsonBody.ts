/** Strict JSON bodies: anything that is not asked for is refused, so that nobody thinks it counted. */
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { SignalboxError } from '../../domain/errors.ts';
import { OUR_WORDS, shapeFaults } from '../../domain/shapeFaults.ts';
import { decodeUtf8, parseJson } from '../cloudevents/jsonText.ts';
import { parseMediaType } from '../cloudevents/mediaType.ts';
import { readBody } from './readBody.ts';

/** For what a person says. */
export const SAID_BYTES_MAX = 64 * 1024;

interface Wanted<Schema extends z.ZodType> {
  readonly schema: Schema;
  readonly code: 'bad-verdict' | 'bad-request' | 'bad-policy';
}

/** A body of a route. Reading it throws the code with a pointer to each field, `unsupported-media`, `bad-json` or `too-large`. */
export function jsonBody<Schema extends z.ZodType>(
  schema: Schema,
  { what, code, example }: { what: string; code: Wanted<Schema>['code']; example: z.input<Schema> },
) {
  return {
    content: { 'application/json': { schema, example, bytesMax: SAID_BYTES_MAX } },
    read: async (request: IncomingMessage): Promise<z.output<Schema>> => {
      // a form of another site cannot send this type without asking first
      if (parseMediaType(request.headers['content-type'] ?? '')?.json !== true)
        throw new SignalboxError('unsupported-media', `Cannot read ${what} as it must be application/json`);
      return parseStrict(parseJson(decodeUtf8(await readBody(request, SAID_BYTES_MAX))).value, { schema, code });
    },
  };
}

export function parseStrict<Schema extends z.ZodType>(value: unknown, { schema, code }: Wanted<Schema>): z.output<Schema> {
  const parsed = schema.safeParse(value, OUR_WORDS);
  if (parsed.success) return parsed.data;
  throw new SignalboxError(code, undefined, { errors: shapeFaults(schema, parsed.error) });
}
