/**
 * Chat templates as models bring them, small ones of our own that refuse what real ones refuse, and a server that renders with one before
 * its model answers: what the template raises is what a caller is told. Real templates: `npm run llm:templates`.
 */
import { Template } from '@huggingface/jinja';
import type { ChatRequest } from './chatRequest.ts';
import { answers, type Reply } from './llmReplies.ts';

const SAY = "{{ '<|' + message['role'] + '|>' + message['content'] + '\\n' }}";

export const OUR_TEMPLATES: Readonly<Record<string, string>> = {
  'takes all': `{% for message in messages %}${SAY}{% endfor %}`,
  'wants roles to alternate': `{% if messages[0]['role'] == 'system' %}{{ messages[0]['content'] }}{% set loop_messages = messages[1:] %}{% else %}{% set loop_messages = messages %}{% endif %}
{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}${SAY}{% endfor %}`,
  'knows no system message': `{% for message in messages %}{% if message['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}${SAY}{% endfor %}`,
  'knows no system message and wants roles to alternate': `{% for message in messages %}{% if message['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate') }}{% endif %}${SAY}{% endfor %}`,
  'knows no tools': `{% if tools %}{{ raise_exception('This model does not support tools') }}{% endif %}{% for message in messages %}${SAY}{% endfor %}`,
  'takes one call of a tool a turn': `{% for message in messages %}{% if message['tool_calls'] and message['tool_calls'] | length != 1 %}{{ raise_exception('This model only supports single tool-calls at once!') }}{% endif %}${SAY}{% endfor %}`,
  'ends with the user': `{% if messages[-1]['role'] != 'user' %}{{ raise_exception('The last message must be from the user role') }}{% endif %}{% for message in messages %}${SAY}{% endfor %}`,
};

/** As llama.cpp and vLLM say it; some with 500. */
const raised = (message: string, status: number): Reply =>
  answers(status, {
    body: { error: { code: status, message: `Error rendering the chat template: ${message}`, type: 'invalid_request_error' } },
  });

/** Null: it cannot be read here. */
export function readTemplate(text: string): Template | null {
  try {
    return new Template(text);
  } catch {
    return null;
  }
}

export const renders =
  (template: Template, behind: (request: ChatRequest, nth: number) => Reply, status = 400) =>
  (request: ChatRequest, nth: number): Reply => {
    try {
      template.render({
        ...{
          messages: request.messages,
          ...(request.tools === undefined ? {} : { tools: request.tools }),
          add_generation_prompt: true,
          bos_token: '<s>',
          eos_token: '</s>',
        },
      });
    } catch (error) {
      return raised((error as Error).message, status);
    }
    return behind(request, nth);
  };
