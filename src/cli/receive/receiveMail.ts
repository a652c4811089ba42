/** The mail side of `signalbox receive`: takes every mail, sends none on, and prints what it says, links first of all. */
import type { AddressInfo } from 'node:net';
import { CannotRun } from '../../domain/errors.ts';

const MAIL_BYTES_MAX = 1024 * 1024;
const LINES_MAX = 100;

export interface TakenMail {
  readonly to: readonly string[];
  readonly subject: string;
  /** Decoded, without empty lines at its ends. */
  readonly text: string;
}

interface MailReceiver {
  readonly url: string;
  close(): void;
}

/** Throws CannotRun where it cannot listen. */
export async function openMailReceiver(
  { host, port }: { readonly host: string; readonly port: number },
  taken: (mail: TakenMail) => void,
): Promise<MailReceiver> {
  const { SMTPServer } = await import('smtp-server');
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    size: MAIL_BYTES_MAX,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => {
        if (!stream.sizeExceeded) chunks.push(chunk);
      });
      stream.on('end', () => {
        if (stream.sizeExceeded) return done(Object.assign(new Error('The mail is too long'), { responseCode: 552 }));
        taken({ to: session.envelope.rcptTo.map(({ address }) => address), ...readMail(Buffer.concat(chunks).toString('utf8')) });
        done();
      });
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new CannotRun(`Cannot listen for mail on ${host} port ${port}: ${error.code ?? error.message}`)),
    );
    server.listen(port, host, resolve);
  });
  // a client that hangs up is no trouble of ours
  server.on('error', () => undefined);
  const { port: at, family, address } = server.server.address() as AddressInfo;
  return { url: `smtp://${family === 'IPv6' ? `[${address}]` : address}:${at}`, close: () => server.close() };
}

/** Of a mail with one part, as Signalbox sends them. */
function readMail(raw: string): Pick<TakenMail, 'subject' | 'text'> {
  const [head = '', body = ''] = raw.split(/\r\n\r\n(.*)/s);
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const header = (name: string): string =>
    lines
      .find((line) => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim() ?? '';
  return {
    subject: header('subject'),
    text: decoded(body, header('content-transfer-encoding').toLowerCase()).replaceAll('\r\n', '\n').trim(),
  };
}

function decoded(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return body;
  const bytes = body
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_found, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

export function mailLines({ to, subject, text }: TakenMail): string[] {
  return [
    `mail to ${to.join(', ')}: ${subject}`,
    ...text
      .split('\n')
      .slice(0, LINES_MAX)
      .map((line) => `  ${line}`),
  ];
}
