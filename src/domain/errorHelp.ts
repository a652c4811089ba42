/** What a caller, or whoever runs this, does about each code: the last column of docs/errors.md, and of the reference. */
import type { ErrorCode } from './errors.ts';

export const ERROR_HELP: Readonly<Record<ErrorCode, string>> = {
  'bad-json': 'Send UTF-8 JSON. A number beyond a double, such as 1e400, is refused too.',
  'bad-event': '`errors` points to each attribute. See the rules below.',
  'bad-request': 'The framing, the path, the Host or a compressed body cannot be read.',
  'bad-query': '`errors` names the parameter. Parameters that a route does not have are refused, not ignored.',
  'too-deep': 'At most 64 levels in the data.',
  unauthenticated: 'Send `Authorization: Bearer sbx_...`. One answer for a missing, a wrong and a revoked key.',
  'webhook-missing': 'A header of the signature, its time, or what names the delivery. `detail` says which.',
  'webhook-mismatch':
    'The bytes were changed on the way (a proxy that parses and prints JSON does that), or the secret is not the one that the provider shows.',
  'webhook-stale': '300 s are allowed on both sides: set the clocks, or send it anew.',
  forbidden:
    'The key lacks the scope, or its holder may not answer this approval (`detail` says why); a form came from another site; or, with auth off, the Host or Origin is not of this machine.',
  'not-found': 'Also for what belongs to another tenant.',
  'method-not-allowed': '`Allow` lists the methods.',
  'too-slow': 'Headers have 10 s, the whole request has 20 s.',
  conflict: 'The first event stays. Use a new id for other content.',
  taken: 'Choose another name, or change the one that is there.',
  'no-secret-key':
    'A service that others reach keeps no secret of a provider or broker in the clear: set `SIGNALBOX_SECRET_KEY` or `SIGNALBOX_SECRET_KEY_FILE` for every ingress.',
  'not-dead':
    '`detail` says why: it is neither a dead letter nor `not-sent`, what was done before it has been undone, or one behind it was sent.',
  'not-undoable':
    '`detail` says why: it was not done, its policy names no undo, it is taken back already, or its case has not ended yet. What a person takes back is over.',
  'not-planned': 'Only one that is `planned` has a next try. `signalbox actions redrive` sends again what was given up or not sent.',
  'receiver-disabled': 'It answered 410. Mend it, then `signalbox receivers enable`.',
  'already-decided': '`winner` is the verdict that counts.',
  'already-voted': 'Where several must approve: a vote is not taken back. `vote` is the one that was given.',
  claimed: '`claim` says who, and until when. An admin can release it; so does the next escalation.',
  'too-many-questions': 'Twenty. Give a verdict by what is known.',
  'already-answered': 'The first answer stays.',
  over: 'The deadline passed or the case ended. `winner` says what was taken. The deadline on its row counts, whoever is awake.',
  'link-used': 'A link of a mail gives one verdict. Any other way to answer is still open.',
  stale:
    'Read the approval or the active policy again and send its new ETag. After a preview: something else would become of it now, so preview it again.',
  'too-large': '1 MiB for an event, 8 MiB for a batch, 64 kB for a verdict, 256 kB for a policy, inflated or not.',
  'uri-too-long': '8,192 characters.',
  'unsupported-media': 'CloudEvents in JSON or `ce-` headers; utf-8 or us-ascii; identity, gzip, deflate or br.',
  'expectation-failed': 'Only `100-continue` is understood.',
  'off-schema':
    '`errors` points to each field. For `decision.outcome` also: what it names is not there, or the flow does not declare that truth.',
  reserved: 'Sources that begin with `/signalbox/`, and the types that a flow names as its own: use others.',
  'bad-verdict':
    "`verdict` is `approve` or `reject`, `reason` 1 to 2,000 characters, `changes` only what the approval's `form` allows, nothing else. Where several must approve, all approve the same changes.",
  'bad-policy': '`errors` points to each wrong field, with its line and column. `signalbox policy lint` says the same.',
  'bad-mapping': '`errors` points to each wrong place, with its line and column.',
  'cannot-hand-on':
    '`detail` says why: nobody of that name may give verdicts, they are not among those whom the policy asks, they have voted already, or it was handed on twenty times. `GET /v1/approvals/{approval}/receivers` lists who may get it.',
  'fragment-too-short': 'Three characters at least; one that is shorter is in nearly everything.',
  'unknown-outcome': '`outcomes` names those there are.',
  'unknown-type': 'Only with `SIGNALBOX_UNKNOWN_TYPES=reject`; else such events are kept as unrouted.',
  'none-accepted': '`results` says why for each event.',
  'too-many-requests':
    'Wait for `Retry-After`: the key has sent more events than its rate allows (operations). Nothing of the request is stored.',
  'headers-too-large': '16 kB together with the address.',
  internal: 'Send the same request again; the log of the service has the cause.',
  'queue-full': 'Wait for `Retry-After` and send the same again.',
  'too-many-streams': 'Wait for `Retry-After`, ask another ingress, or share one stream: an ingress has 200, of one key 100.',
  'database-away': 'Send the same again: if it was accepted after all, it is a repeat.',
  'other-code': 'Switch on one code with `signalbox flow activate`, or run one version.',
  'policy-unfit': 'The detail names version and fields. Run the build whose policy it is, or `signalbox flow activate --with-policy`.',
  'secret-sealed': 'Give every ingress the key that seals it; `signalbox doctor` names it. Senders try again meanwhile.',
  'case-busy': 'Redrive the event again in a few seconds.',
  'temporal-away': "Send the same again when it is back. The action's row is set: a case that starts again goes by it.",
  stopping: 'Send the same to another ingress, or again.',
  'receiver-refused': 'Tried again on the schedule of Standard Webhooks.',
  'receiver-gone': 'Not tried again; the action is a dead letter.',
  'target-refused':
    'The action is a dead letter at once. Its address is not of the public internet, or its scheme is not http(s): see operations.',
  'above-limit': 'Nothing was sent. The policy has the limit; approvals are asked by the case.',
  'action-underway': 'Nothing: the action is tried again when that try is over.',
  'llm-away': 'Tried again, up to `callsMax` requests about one event; then the next rung decides.',
  'llm-busy': "Tried again when there is a place in the minute, or when the provider's `Retry-After` is over.",
  'event-missing': 'Look at `signalbox audit`.',
};
