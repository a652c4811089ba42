/** A request for a chat completion as it must be by the protocol: what a strict server would refuse, the fake LLM complains of. */
import { z } from 'zod';

const toolCall = z.object({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.object({ name: z.string(), arguments: z.string() }),
});

const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.enum(['system', 'developer', 'user']), content: z.string().min(1) }),
  z.strictObject({ role: z.literal('assistant'), content: z.string().nullish(), tool_calls: z.array(toolCall).min(1).optional() }),
  z.strictObject({ role: z.literal('tool'), tool_call_id: z.string().min(1), content: z.string() }),
]);

const request = z.strictObject({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  response_format: z
    .discriminatedUnion('type', [
      z.strictObject({
        type: z.literal('json_schema'),
        json_schema: z.strictObject({
          name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
          strict: z.literal(true),
          schema: z.record(z.string(), z.unknown()),
        }),
      }),
      z.strictObject({ type: z.literal('json_object') }),
    ])
    .optional(),
  tools: z
    .array(
      z.strictObject({
        type: z.literal('function'),
        function: z.strictObject({
          name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
          description: z.string(),
          parameters: z.object({}).loose(),
        }),
      }),
    )
    .min(1)
    .optional(),
  max_tokens: z.int().min(1).optional(),
  max_completion_tokens: z.int().min(1).optional(),
});

export type ChatRequest = z.infer<typeof request>;
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schema that it is asked with, where it is. */
export const schemaOf = ({ response_format: format }: ChatRequest): JsonSchema | null =>
  format?.type === 'json_schema' ? format.json_schema.schema : null;

/** Words of JSON schema that strict servers refuse. */
const REFUSED = ['minLength', 'maxLength', 'oneOf', 'allOf', 'not', 'default', 'patternProperties', 'optional'];

function complaintsOfSchema(schema: unknown, path: string): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  if (Array.isArray(schema)) return schema.flatMap((inner, at) => complaintsOfSchema(inner, `${path}/${at}`));
  const complaints = REFUSED.filter((word) => word in schema).map((word) => `${path} has ${word}`);
  const { properties, required, additionalProperties, ...rest } = schema as Record<string, unknown>;
  if (properties !== undefined) {
    const names = Object.keys(properties as object).sort();
    if (additionalProperties !== false) complaints.push(`${path} allows further keys`);
    if (JSON.stringify([...((required as string[] | undefined) ?? [])].sort()) !== JSON.stringify(names))
      complaints.push(`${path} has optional keys`);
    for (const [name, inner] of Object.entries(properties as object)) complaints.push(...complaintsOfSchema(inner, `${path}/${name}`));
  }
  for (const word of ['items', 'anyOf', '$defs', 'definitions'])
    if (rest[word] !== undefined) complaints.push(...complaintsOfSchema(rest[word], `${path}/${word}`));
  return complaints;
}

/** Templates refuse two messages of one role in a row. */
function complaintsOfRoles(messages: ChatRequest['messages']): string[] {
  return messages.flatMap(({ role }, at) =>
    at > 0 && role === messages[at - 1]?.role && role !== 'tool' ? [`two messages of ${role} in a row`] : [],
  );
}

/** Every call of a tool is answered, by its id, before anybody else speaks. */
function complaintsOfTools(messages: ChatRequest['messages']): string[] {
  const complaints: string[] = [];
  let open: string[] = [];
  for (const one of messages) {
    if (one.role === 'tool') {
      if (!open.includes(one.tool_call_id)) complaints.push(`tool message for ${one.tool_call_id}, which was not called`);
      open = open.filter((id) => id !== one.tool_call_id);
    } else {
      if (open.length > 0) complaints.push(`calls without an answer: ${open.join(', ')}`);
      open = one.role === 'assistant' ? (one.tool_calls ?? []).map(({ id }) => id) : [];
    }
  }
  return open.length > 0 ? [...complaints, `calls without an answer: ${open.join(', ')}`] : complaints;
}

/** The request, and what is wrong with it. */
export function readChatRequest(body: unknown): { request: ChatRequest | null; complaints: string[] } {
  const parsed = request.safeParse(body);
  if (!parsed.success)
    return { request: null, complaints: parsed.error.issues.map(({ path, message: said }) => `${path.join('.')}: ${said}`) };
  const schema = schemaOf(parsed.data);
  const limits = [parsed.data.max_tokens, parsed.data.max_completion_tokens].filter((limit) => limit !== undefined);
  return {
    request: parsed.data,
    complaints: [
      ...(schema === null || schema.type === 'object' ? [] : ['the root of the schema is no object']),
      ...(parsed.data.response_format !== undefined && parsed.data.tools !== undefined ? ['tools and a form in one request'] : []),
      ...complaintsOfRoles(parsed.data.messages),
      ...(limits.length > 1 ? ['it says two limits of tokens'] : []),
      ...complaintsOfSchema(schema, ''),
      ...complaintsOfTools(parsed.data.messages),
    ],
  };
}
