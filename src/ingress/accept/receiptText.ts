/**
 * The receipt of an event that was just accepted as JSON text, the same that `JSON.stringify` gives: most of a batch's answer is
 * decisions, and the longest part of each is text already, because it was stored.
 */
import type { AcceptedEvent } from '../../log/arrival.ts';
import type { Receipt } from '../../wire/receipt.ts';
import { quoted } from '../cloudevents/canonical.ts';

export function receiptText(receipt: Receipt, accepted: AcceptedEvent): string {
  const { event, source, id, status, flow, subject, workflow, links, note, trace } = receipt;
  const about = `"event":"${event}","source":${quoted(source)},"id":${quoted(id)},"status":"${status}","flow":${orNull(flow)}`;
  const rest = `"workflow":${workflow === null ? 'null' : JSON.stringify(workflow)},"links":${JSON.stringify(links)}${trace === undefined ? '' : `,"trace":"${trace}"`}${note === undefined ? '' : `,"note":${quoted(note)}`}`;
  return `{${about},"subject":${orNull(subject)},"decision":${decisionText(receipt, accepted)},${rest}}`;
}

const orNull = (text: string | null): string => (text === null ? 'null' : quoted(text));

function decisionText({ decision }: Receipt, accepted: AcceptedEvent): string {
  if (decision === null || accepted.decision === null) return 'null';
  const { id, outcome, provisional, policy, at } = decision;
  const { members } = accepted.decision;
  return `{"id":"${id}","outcome":${quoted(outcome)},${members},"provisional":${provisional},"revises":null,"policy":"${policy}","at":"${at}"}`;
}
