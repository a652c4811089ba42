/** docs/errors.md and the table of codes say the same. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { ERROR_HELP } from '../../src/domain/errorHelp.ts';
import { ERRORS, type ErrorCode } from '../../src/domain/errors.ts';
import { LLM_ABSTENTIONS } from '../../src/llm/wire/abstentions.ts';

describe('docs/errors.md', () => {
  it('docs/errors.md has every reason of an LLM to abstain as the code has it, and no other', async () => {
    const text = await readFile(fileURLToPath(new URL('../../docs/errors.md', import.meta.url)), 'utf8');
    const [, section = ''] = text.split('## Why an LLM gave no answer');
    const rows = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `([a-z-]+)` \| ([^|]+) \| ([^|]+) \|$/gm)];
    expect(rows.map(([, code, meaning]) => [code, meaning])).toEqual(Object.entries(LLM_ABSTENTIONS));
  });

  it('docs/errors.md has every code as the code has it, and no other', async () => {
    const text = await readFile(fileURLToPath(new URL('../../docs/errors.md', import.meta.url)), 'utf8');
    const documented = [...text.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \| (yes|no) \| ([^|]+) \| ([^|]+) \|$/gm)].map(
      ([, code, status, again, title, todo]) => ({
        code,
        status: Number(status),
        retryable: again === 'yes',
        title,
        help: todo?.trim().replace(/\[([^\]]+)\]\([^)]+\)/g, '$1'),
      }),
    );
    expect(documented).toEqual(Object.entries(ERRORS).map(([code, kind]) => ({ code, ...kind, help: ERROR_HELP[code as ErrorCode] })));
  });
});
