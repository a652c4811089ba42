/** One try of a mail: plain text over SMTP. What it was told is given back, never thrown. */
import nodemailer from 'nodemailer';
import { oneLine } from '../domain/oneLine.ts';

export interface MailTarget {
  /** `smtp://` or `smtps://`, with user and password where the server wants them. */
  readonly url: string;
  readonly from: string;
}

export interface Mail {
  /** Makes the Message-ID: a mail that is sent again is the same mail. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** `gone`: the server takes none for this address, whenever it is tried. */
export type MailAnswer = { readonly result: 'taken' | 'gone' | 'refused'; readonly said: string };

const TIMEOUTS_MS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };
const SUBJECT_CHARS_MAX = 200;
const SAID_CHARS_MAX = 300;

/** What is wrong with the server's name, its login or the way there may be mended; that it knows no such mailbox will not. */
const NO_MAILBOX = new Set([550, 551, 553]);

/** A connection of its own: some few mails an hour keep none open. */
export async function sendMail({ url, from }: MailTarget, { id, to, subject, text }: Mail): Promise<MailAnswer> {
  const transport = nodemailer.createTransport({ url, ...TIMEOUTS_MS, disableFileAccess: true, disableUrlAccess: true });
  try {
    const { response } = await transport.sendMail({
      from,
      to: { name: '', address: to },
      // a subject is a header, and a line end in it would begin another one
      subject: oneLine(subject, SUBJECT_CHARS_MAX),
      text,
      messageId: `<${id}@signalbox>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    return { result: 'taken', said: oneLine(response, SAID_CHARS_MAX) };
  } catch (error) {
    const { message, responseCode } = error as Error & { responseCode?: number };
    return { result: NO_MAILBOX.has(responseCode ?? 0) ? 'gone' : 'refused', said: oneLine(message, SAID_CHARS_MAX) };
  } finally {
    transport.close();
  }
}
