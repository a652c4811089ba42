/**
 * Watches a flow for drift, with its follower of outcomes: of the same batch, in the same transaction as its cursor, so each decision counts
 * once. What begins to drift is told as `<flow>.drifted`, an emission whose row this transaction writes.
 */
import type { JsonObject } from '../../domain/event.ts';
import { fieldsOf } from '../../domain/exposure.ts';
import type { Flow } from '../../domain/flow.ts';
import { instantText } from '../../domain/instant.ts';
import { driftedType } from '../../kit/drifted.ts';
import type { FlowLog } from '../../log/caseLog.ts';
import type { Client } from '../../log/db/database.ts';
import { askEmissions } from '../../log/emit/askEmissions.ts';
import { Policies } from '../../log/policies.ts';
import { type DriftPolicy, driftOf } from '../../policy/driftPolicy.ts';
import type { FinalBody } from '../finalDecision.ts';
import type { TruthChange } from '../joinLabels.ts';
import type { OutcomeBatch, OutcomeContext, SeenEvent } from '../outcomeBatch.ts';
import { addKnown, addSaid, type Drifted, type DriftState, driftFigures, noDrift, type SaidOf } from './driftState.ts';

interface Followed {
  readonly batch: OutcomeBatch;
  /** The last entry before the batch. */
  readonly after: number;
  readonly truths: ReadonlyMap<number, TruthChange>;
}

type SaidBody = Pick<FinalBody, 'score' | 'result'>;

const policies = new Policies();

export async function followDrift(client: Client, { tenant, flow }: OutcomeContext, followed: Followed): Promise<void> {
  if (!Object.hasOwn(flow.emits ?? {}, driftedType(flow.name))) return;
  const at = { tenant, flow: flow.name };
  const said = await readSaid(client, { tenant, flow }, followed);
  const known = await readKnown(client, at, followed.truths);
  if (said.length + known.length === 0) return;
  const { code, policy } = await readHead(client, tenant, flow);
  const kept = await readState(client, at);
  const state = kept === null || kept.code !== code ? noDrift(code) : kept;
  const drifted = said.flatMap((one) => addSaid(state, one, policy) ?? []);
  for (const { score, isTrue } of toldOf(flow, known)) addKnown(state, score, isTrue);
  await writeState(client, at, state);
  await askEmissions(
    client,
    at,
    drifted.map((one) => ({
      type: driftedType(flow.name),
      subject: flow.name,
      position: one.position,
      causes: [],
      data: dataOf(flow, one),
    })),
  );
}

/** What was said of the events of the batch as they were accepted, in order. */
async function readSaid(client: Client, { tenant, flow }: OutcomeContext, { batch, after }: Followed): Promise<SaidOf[]> {
  const provisional = await client.query<{ event_position: number; body: string }>(
    `select event_position, body from decisions where tenant = $1 and log = $2 and position > $3 and position <= $4 and provisional
     order by position`,
    [tenant, flow.name, after, batch.upTo.accepted],
  );
  const bodies = new Map<number, SaidBody>(
    provisional.rows.map(({ event_position: position, body }) => [position, JSON.parse(body) as SaidBody]),
  );
  for (const { byCase, eventPosition, body } of batch.finals) if (!byCase) bodies.set(eventPosition, body);
  return batch.events.flatMap((event) => {
    const body = bodies.get(event.position);
    // one that was redriven stands elsewhere in time
    return body === undefined || event.position <= after ? [] : [saidOf(flow, event, body)];
  });
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

const numbersOf = (values: JsonObject, before = ''): [string, number][] =>
  Object.entries(values).flatMap(([name, value]) => (isNumber(value) ? [[before + name, value] as [string, number]] : []));

const INPUT_MARKS: ReadonlySet<string | undefined> = new Set(['plain', 'untrusted']);

/**
 * What the model read, where the decision shows it as `features`; else the numbers of the event's data, and of objects in it, in fields that
 * the flow names and that are of no person.
 */
function inputsOf(flow: Flow, { type, data }: SeenEvent, { result }: SaidBody): [string, number][] {
  if (isObject(result?.features)) return numbersOf(result.features);
  const marks = fieldsOf(flow, type);
  const shown = Object.fromEntries(
    Object.entries(data ?? {}).filter(([name]) => Object.hasOwn(marks, name) && INPUT_MARKS.has(marks[name])),
  );
  return [...numbersOf(shown), ...Object.entries(shown).flatMap(([name, value]) => (isObject(value) ? numbersOf(value, `${name}.`) : []))];
}

function saidOf(flow: Flow, event: SeenEvent, body: SaidBody): SaidOf {
  const { position, timeMs, history } = event;
  return { position, timeMs, history, score: isNumber(body.score) ? body.score : null, inputs: inputsOf(flow, event, body) };
}

interface Known {
  readonly score: number;
  readonly truth: string;
}

/** The scores of decisions of which something is known now, and was not. A truth that is corrected counts as it was told first. */
async function readKnown(client: Client, { tenant, flow }: FlowLog, truths: ReadonlyMap<number, TruthChange>): Promise<Known[]> {
  const fresh = [...truths].filter(([, { before, after }]) => before === '' && after !== '').map(([position]) => position);
  if (fresh.length === 0) return [];
  const { rows } = await client.query<{ event_position: number; body: string }>(
    `select d.event_position, d.body from unnest($3::bigint[]) q(position) cross join lateral (
       select event_position, body from decisions where tenant = $1 and flow = $2 and event_position = q.position and revision = 0 limit 1) d`,
    [tenant, flow, fresh],
  );
  return rows.flatMap(({ event_position: position, body }) => {
    const { score } = JSON.parse(body) as SaidBody;
    return isNumber(score) ? [{ score, truth: truths.get(position)?.after ?? '' }] : [];
  });
}

/** A score says how likely the positive truth is; of a flow without one there is nothing to compare. */
function toldOf({ labels }: Flow, known: readonly Known[]): { score: number; isTrue: boolean }[] {
  return labels === undefined ? [] : known.map(({ score, truth }) => ({ score, isTrue: truth === labels.positive }));
}

async function readHead(client: Client, tenant: string, flow: Flow): Promise<{ code: string; policy: DriftPolicy }> {
  const { rows } = await client.query<{ code: string | null; policy: string | null }>(
    'select code, policy from heads where tenant = $1 and log = $2',
    [tenant, flow.name],
  );
  // one that this build cannot read is no reason to stop following
  const content = await policies.get(client, tenant, flow, rows[0]?.policy ?? '').catch((error: unknown) => {
    if ((error as { code?: string }).code === 'policy-unfit') return null;
    throw error;
  });
  return { code: rows[0]?.code ?? '', policy: driftOf(content?.policy) };
}

async function readState(client: Client, { tenant, flow }: FlowLog): Promise<DriftState | null> {
  const { rows } = await client.query<{ state: string }>('select state from drift where tenant = $1 and flow = $2', [tenant, flow]);
  return rows[0] === undefined ? null : (JSON.parse(rows[0].state) as DriftState);
}

async function writeState(client: Client, { tenant, flow }: FlowLog, state: DriftState): Promise<void> {
  const { measure, drifted } = driftFigures(state);
  await client.query(
    `insert into drift (tenant, flow, state, measure, drifted, at) values ($1, $2, $3, $4, $5, now())
     on conflict (tenant, flow) do update set state = excluded.state, measure = excluded.measure, drifted = excluded.drifted, at = excluded.at`,
    [tenant, flow, JSON.stringify(state), measure, drifted],
  );
}

const span = ({ fromMs, toMs }: Drifted['window']): JsonObject => ({ from: instantText(fromMs), to: instantText(toMs) });
const DIGITS = 1e4;
const rounded = (value: number): number => Math.round(value * DIGITS) / DIGITS;

function dataOf({ name }: Flow, { drifts, reference, window }: Drifted): JsonObject {
  const said = drifts.map((drift): JsonObject => ({ ...drift, measure: rounded(drift.measure), threshold: rounded(drift.threshold) }));
  return { flow: name, drifts: said, reference: span(reference), window: span(window) };
}
