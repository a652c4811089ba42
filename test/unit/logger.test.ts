/** The bug this hunts: a library's error that carries a row, a statement's parameters or a header into the log. */
import { describe, expect, it } from '@jest/globals';
import { shownError } from '../../src/domain/shownError.ts';
import { createLogger } from '../../src/run/logger.ts';

const CARD = '4242424242424242';
const NAME = 'Zebulon Quux';

/** As pg makes them. */
function refusedRow(): Error {
  const error = new Error(`duplicate key (${CARD})`, { cause: new TypeError(`no mail for alice@example.org`) });
  return Object.assign(error, {
    code: '23505',
    detail: `Key (name)=(${NAME}) already exists.`,
    where: NAME,
    parameters: [NAME],
    response: { body: NAME },
  });
}

function logged(log: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  log(createLogger('test', { SIGNALBOX_LOG_LEVEL: 'debug' }, { write: (line: string) => void lines.push(line) }));
  return lines.join('');
}

describe('createLogger()', () => {
  it('prints of an error its name, code, message and frames, redacted, and those of its causes', () => {
    const text = logged((logger) => logger.error({ err: refusedRow(), error: refusedRow() }, 'failed'));
    const line = JSON.parse(text);
    for (const shown of [line.err, line.error]) {
      expect(shown).toMatchObject({
        name: 'Error',
        code: '23505',
        message: 'duplicate key ([card])',
        cause: { name: 'TypeError', message: 'no mail for [mail]' },
      });
      expect(Object.keys(shown).sort()).toEqual(['cause', 'code', 'message', 'name', 'stack']);
      expect(shown.stack).toMatch(/^\s+at /);
    }
    for (const canary of [CARD, NAME, 'alice']) expect(text).not.toContain(canary);
  });

  it('redacts messages and fields, wherever they come from, and prints no body, data or header', () => {
    const text = logged((logger) => {
      logger.warn(`told alice@example.org of ${CARD}`);
      logger.error(refusedRow());
      logger.info(
        {
          case: `orders:${CARD}`,
          meta: { deep: { deeper: { deepest: { below: NAME } } }, list: [CARD] },
          data: NAME,
          body: NAME,
          headers: { authorization: NAME },
        },
        'x',
      );
    });
    for (const canary of [CARD, NAME, 'alice']) expect(text).not.toContain(canary);
    expect(text).toContain('told [mail] of [card]');
  });
});

describe('shownError()', () => {
  it('takes no line of a message for a frame', () => {
    const { stack } = shownError(new Error(`first\n    at ${NAME} (x.ts:1:1)`));
    expect(stack).not.toContain(NAME);
    expect(stack).toContain('logger.test');
  });

  it('shows what is no error, and a chain without an end, as little', () => {
    expect(shownError(`thrown ${CARD}`)).toEqual({ name: 'Error', message: 'thrown [card]', stack: '' });
    const round = new Error('round');
    round.cause = round;
    expect(JSON.stringify(shownError(round)).length).toBeLessThan(50_000);
  });
});
