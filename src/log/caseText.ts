/** A case in one word for hand-offs and notifications: `<tenant> <flow> <case id>`. None of the three holds a space. */
import type { CaseKey } from './settleMail.ts';

export const caseText = ({ tenant, flow, caseId }: CaseKey): string => `${tenant} ${flow} ${caseId}`;

export function parseCaseText(text: string): CaseKey | null {
  const [tenant, flow, caseId] = text.split(' ');
  return tenant === undefined || flow === undefined || caseId === undefined ? null : { tenant, flow, caseId };
}
