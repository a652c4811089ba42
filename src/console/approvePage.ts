/** The page behind a link in a mail: what is asked, by what evidence, and a form to answer it. It works without style and without a script. */

import type { KeptApproval } from '../approvals/approval.ts';
import type { KeptLink } from '../approvals/links.ts';
import type { Json, JsonObject } from '../domain/event.ts';
import { showHidden } from '../domain/hiddenCharacters.ts';
import type { ChangeRule } from '../policy/approvalsPolicy.ts';
import type { Approval } from '../wire/approval.ts';
import type { Problem } from '../wire/problem.ts';
import { evidenceMarkup, reasonsMarkup } from './evidenceMarkup.ts';
import { html, type Markup, page } from './page.ts';
import { shownTime, shownWait } from './shownTime.ts';
import { valueMarkup } from './valueMarkup.ts';

/** What a form's fields for changes are named with. */
export const CHANGE_PREFIX = 'change.';

const NOTHING = html``;

export function approvePage({ link, kept }: { link: KeptLink; kept: KeptApproval }, nowMs: number): string {
  const { approval } = kept;
  const answerable = approval.state === 'open' && !link.used && !link.expired;
  const { reasons, factors: _, ...evidence } = approval.evidence as JsonObject;
  const weighed = reasonsMarkup(reasons);
  return page(
    `Approval ${approval.id}`,
    html`<main><h1>${showHidden(approval.question)}</h1>
${answerable ? asking(approval, { link, nowMs }) : html`<p><strong>${endOf(approval, link)}</strong></p>`}
${weighed === null ? NOTHING : html`<h2>Why you are asked</h2>${weighed}`}
<h2>Proposed: ${approval.proposed.outcome}</h2>${valueMarkup(approval.proposed.result as Json)}
${votes(approval)}${questions(approval)}${answerable ? form(kept) : NOTHING}
<details><summary>All evidence</summary>${evidenceMarkup(evidence)}</details>
<p>Approval <code>${approval.id}</code> of the flow ${approval.flow}, about ${showHidden(approval.subject)}.</p>
${answerable ? buttons(approval) : NOTHING}</main>`,
  );
}

/** Who is asked, and until when. */
function asking(
  { flow, subject, asked, needed, claim, ...approval }: Approval,
  { link, nowMs }: { link: KeptLink; nowMs: number },
): Markup {
  const who = asked.length === 0 ? 'everyone who may give verdicts' : asked.join(', ');
  const several = needed === 1 ? '' : ` ${needed} different people must approve; ${approval.votes.length} have.`;
  return html`<p>The flow ${flow} asks ${who} about ${showHidden(subject)}. You answer as ${link.mail}.${several}</p>
<p>Answer by <time datetime="${approval.deadline}">${shownTime(approval.deadline)}</time>, ${shownWait(Date.parse(approval.deadline) - nowMs)}. Without an answer by then it is decided: ${approval.default}.</p>
${claim === null ? NOTHING : html`<p>${claim.by} works on it until ${shownTime(claim.until)}: until then no other verdict is taken.</p>`}
<p><a href="#verdict">Give your verdict</a></p>`;
}

function endOf({ state, verdict }: Approval, { used }: KeptLink): string {
  if (state === 'decided' && verdict !== null) return `It is decided: ${verdict.verdict} by ${verdict.actor}.`;
  if (state === 'expired') return 'It is over: nobody answered in time.';
  return used ? 'This link was used: your verdict is recorded, and others are still asked.' : 'The deadline has passed.';
}

function votes({ votes: given }: Approval): Markup {
  if (given.length === 0) return NOTHING;
  return html`<h2>Verdicts so far</h2><ul>${given.map(
    ({ verdict, actor, reason, at, changes }) =>
      html`<li>${verdict} by ${actor}, ${shownTime(at)}: ${showHidden(reason)}${changes === undefined ? NOTHING : valueMarkup(changes)}</li>`,
  )}</ul>`;
}

function questions({ questions: asked }: Approval): Markup {
  if (asked.length === 0) return NOTHING;
  return html`<h2>Further questions</h2><dl>${asked.map(
    ({ question, askedBy, answer, answeredBy }) =>
      html`<dt>${askedBy}: ${showHidden(question)}</dt><dd>${answer === null ? 'No answer yet' : `${answeredBy}: ${showHidden(answer)}`}</dd>`,
  )}</dl>`;
}

function form({ approval, rules }: KeptApproval): Markup {
  const fields = Object.entries(rules.changes);
  // who approves after somebody else approves the same
  const shown: Readonly<Record<string, unknown>> = { ...approval.proposed.result, ...approval.votes[0]?.changes };
  const changes = fields.map(([name, rule]) => changeField(name, rule, shown[name]));
  return html`<form id="verdict" method="post"><h2>Your verdict</h2>
${NO_ENTER}<p><label for="reason">Why (kept with the verdict)</label><br><textarea id="reason" name="reason" rows="3" cols="60" maxlength="2000" required></textarea></p>
${changes.length === 0 ? NOTHING : html`<fieldset><legend>With an approval, you may change</legend>${changes}</fieldset>`}
<p><strong>${approveText(approval)}</strong> ${onApproval(approval, fields.length > 0)}</p>
<p><strong>${rejectText(approval)}</strong> ${onRejection(approval, fields.length > 0)}</p>
</form>`;
}

const approveText = ({ proposed: { outcome } }: Approval): string => (outcome === 'approve' ? 'Approve' : `Approve: ${outcome}`);
const rejectText = ({ rejected }: Approval): string => `Reject${rejected === null ? '' : `: ${rejected}`}`;

/** In sight wherever the page is read; they send the form. */
const buttons = (approval: Approval): Markup => html`<p class="decide">
<button type="submit" form="verdict" class="approve" name="verdict" value="approve">${approveText(approval)}</button>
<button type="submit" form="verdict" class="reject" name="verdict" value="reject">${rejectText(approval)}</button></p>`;

/** Enter in a field presses the first button of a form: without this one that would be an approval. */
const NO_ENTER = html`<button type="submit" disabled hidden></button>`;

function onApproval({ proposed, needed, votes: given }: Approval, changeable: boolean): string {
  if (given.length + 1 < needed) return `Your approval counts; ${proposed.outcome} is decided when ${needed} have approved.`;
  const changed = changeable ? ', with your changes if you made any' : '';
  return `It is decided: ${proposed.outcome}${changed}. Its actions follow, as the policy has them.`;
}

const onRejection = ({ rejected }: Approval, changeable: boolean): string =>
  rejected === null
    ? 'What is proposed is not decided.'
    : `It is decided: ${rejected}. One rejection is enough${changeable ? '; changes count for nothing' : ''}.`;

function changeField(name: string, rule: ChangeRule, value: unknown): Markup {
  const [id, field] = [`change-${name}`, `${CHANGE_PREFIX}${name}`];
  const now = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  if (rule.type === 'choice') {
    const options = ['', ...rule.options].map(
      (option) => html`<option${option === now ? html` selected` : NOTHING} value="${option}">${option}</option>`,
    );
    return html`<p><label for="${id}">${name}</label> <select id="${id}" name="${field}">${options}</select></p>`;
  }
  if (rule.type === 'number')
    return html`<p><label for="${id}">${name} (${rule.min} to ${rule.max})</label> <input type="number" step="any" id="${id}" name="${field}" min="${rule.min}" max="${rule.max}" value="${now}"></p>`;
  return html`<p><label for="${id}">${name} (up to ${rule.charsMax} characters)</label> <input type="text" id="${id}" name="${field}" maxlength="${rule.charsMax}" value="${now}"></p>`;
}

/** What became of a verdict by the form. */
export function answeredPage({ approval }: KeptApproval): string {
  const more = approval.state === 'open' ? html`<p>It counts: ${approval.votes.length} of ${approval.needed} have approved.</p>` : NOTHING;
  return page(
    'Your verdict counts',
    html`<main><h1>Your verdict counts</h1><p>${approval.question}</p>${
      approval.verdict === null ? NOTHING : html`<p>Decided: ${approval.verdict.verdict} by ${approval.verdict.actor}.</p>`
    }${more}</main>`,
  );
}

/** A refusal, for a browser. */
export function refusedPage({ status, title, detail, errors = [] }: Pick<Problem, 'status' | 'title' | 'detail' | 'errors'>): string {
  const faults = errors.map(({ pointer, detail: fault }) => html`<li>${pointer.slice(1)} ${fault}</li>`);
  // where there is no approval, its page would only say so again
  const again = status === 404 ? NOTHING : html` <a href="">Look at the approval again</a>`;
  return page(
    title,
    html`<main><h1>${title}</h1>${detail === undefined ? NOTHING : html`<p>${detail}</p>`}${
      faults.length === 0 ? NOTHING : html`<ul>${faults}</ul>`
    }<p>Nothing was changed.${again}</p></main>`,
  );
}
