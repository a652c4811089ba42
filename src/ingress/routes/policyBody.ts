/** A policy as it is sent: its text alone, or with a note. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { SignalboxError } from '../../domain/errors.ts';
import { POLICY_BYTES_MAX } from '../../domain/policyBytesMax.ts';
import { policyTextExample } from '../../wire/examples.ts';
import { policyRequest, policyText } from '../../wire/policy.ts';
import { decodeUtf8, parseJson } from '../cloudevents/jsonText.ts';
import { type MediaType, parseMediaType } from '../cloudevents/mediaType.ts';
import { parseStrict } from '../http/jsonBody.ts';
import { BODY_BYTES_MAX, readBody } from '../http/readBody.ts';

const YAML = new Set(['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml']);

interface SentPolicy {
  readonly text: string;
  readonly note: string | null;
}

/** No form of another site can send one of these types without asking first. */
async function readSent(request: IncomingMessage): Promise<SentPolicy> {
  const media = parseMediaType(request.headers['content-type'] ?? '');
  if (media?.json === true) return readSentJson(request);
  if (media === null || !isYaml(media))
    throw new SignalboxError('unsupported-media', 'A policy is sent as application/yaml in utf-8, or as application/json');
  const body = await readBody(request, POLICY_BYTES_MAX);
  if (!isUtf8(body)) throw new SignalboxError('bad-policy', 'The text is not UTF-8');
  return { text: body.toString('utf8'), note: null };
}

function isYaml({ essence, charset }: MediaType): boolean {
  return YAML.has(essence) && (charset === null || charset === 'utf-8');
}

async function readSentJson(request: IncomingMessage): Promise<SentPolicy> {
  const { value } = parseJson(decodeUtf8(await readBody(request, BODY_BYTES_MAX)));
  const { text, note = null } = parseStrict(value, { schema: policyRequest, code: 'bad-policy' });
  return { text, note };
}

export const policyBody = {
  content: {
    'application/json': {
      schema: policyRequest,
      example: { text: policyTextExample, note: 'more reviews over the holidays' },
      bytesMax: BODY_BYTES_MAX,
    },
    'application/yaml': { schema: policyText, example: policyTextExample, bytesMax: POLICY_BYTES_MAX },
  },
  read: readSent,
};
