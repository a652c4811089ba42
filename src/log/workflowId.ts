/** `<flow>:<subject>`: readable in Temporal, bounded, and the same from every process. */
import { createHash } from 'node:crypto';

const PLAIN_BYTES_MAX = 200;
const KEPT_BYTES = 160;

function encodeSubject(subject: string): string {
  // not encodeURIComponent: that keeps !'()* and throws on lone surrogates
  const encoded = Array.from(Buffer.from(subject, 'utf8'), (byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9._\-@:]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
  if (encoded.length <= PLAIN_BYTES_MAX) return encoded;
  const kept = encoded.slice(0, KEPT_BYTES).replace(/%[0-9A-F]?$/, '');
  return `${kept}~${createHash('sha256').update(subject, 'utf8').digest('hex').slice(0, 32)}`;
}

/** What Temporal may hold of a subject: itself or, where its flow marks it personal, the hash that ends its case's id (see log/caseIds.ts). */
export function shownSubject({ subjectPersonal }: { readonly subjectPersonal?: boolean }, caseId: string, subject: string): string {
  return subjectPersonal === true ? caseId.slice(caseId.lastIndexOf(':') + 1) : subject;
}

export function workflowId(tenant: string, flow: string, subject: string): string {
  const id = `${flow}:${encodeSubject(subject)}`;
  return tenant === 'default' ? id : `${tenant}/${id}`;
}
