/** The part of policies about people: who is asked, until when, who else, and what they may change. */
import { z } from 'zod';
import { isTimeZone } from '../domain/timeZone.ts';
import { field, HUMAN_NAME_CHARS_MAX, name, seconds } from './policyWords.ts';

/** Who may be asked: holders of a key with one of the roles; without roles, everyone who may give verdicts. */
const pool = z.strictObject({
  roles: z.array(name).max(20).default([]),
  /** Mail addresses that notices go to. */
  mail: z.array(z.email().max(254)).max(20).default([]),
});
export type Pool = z.infer<typeof pool>;

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM');

/** Deadlines, reminders and escalations count in these hours only. */
const calendar = z.strictObject({
  timeZone: z.string().refine((zone) => isTimeZone(zone), 'must be a time zone such as Europe/Berlin'),
  days: z.array(z.enum(WEEKDAYS)).min(1),
  from: clock,
  to: clock,
  /** Days without hours, `YYYY-MM-DD`. */
  holidays: z.array(z.iso.date()).max(1000).default([]),
});
export type Calendar = z.infer<typeof calendar>;

/** A field of the proposed result that a reviewer may change, and how far. */
const change = z.discriminatedUnion('type', [
  /** `share`: also at most so far from what is proposed, as a share of it. */
  z.strictObject({ type: z.literal('number'), min: z.number(), max: z.number(), share: z.number().min(0).max(10).optional() }),
  z.strictObject({ type: z.literal('text'), charsMax: z.int().min(1).max(2000) }),
  z.strictObject({ type: z.literal('choice'), options: z.array(z.string().min(1).max(200)).min(1).max(100) }),
]);
export type ChangeRule = z.infer<typeof change>;

export const approvals = (outcome: z.ZodType<string>) =>
  z
    .strictObject({
      deadlineSeconds: seconds,
      remindersSeconds: z.array(seconds).max(20),
      /** In order of time; each adds a pool to those who may answer. */
      escalation: z.array(z.strictObject({ afterSeconds: seconds, to: z.string().min(1).max(HUMAN_NAME_CHARS_MAX) })).max(10),
      /** What holds when nobody answers. */
      default: outcome,
      /** With keys: whether a verdict by bare signal counts, whose actor is unproven. */
      bySignal: z.boolean(),
      /** Different people who must approve; one rejection ends it. */
      needed: z.int().min(1).max(10).default(1),
      /** The key that sent the event may not give a verdict on it. */
      notSelf: z.boolean().default(false),
      /** Who is asked first; absent: everyone who may give verdicts. */
      ask: name.optional(),
      pools: z.record(name, pool).default({}),
      calendar: calendar.optional(),
      changes: z.record(field, change).default({}),
    })
    .superRefine(({ deadlineSeconds, remindersSeconds, escalation, ask, pools }, context) => {
      const wrong = (path: (string | number)[], message: string): void => context.addIssue({ code: 'custom', path, message });
      const late = `must be before the deadline of ${deadlineSeconds} s`;
      remindersSeconds.forEach((reminder, at) => {
        if (reminder >= deadlineSeconds) wrong(['remindersSeconds', at], late);
      });
      escalation.forEach(({ afterSeconds, to }, at) => {
        if (afterSeconds >= deadlineSeconds) wrong(['escalation', at, 'afterSeconds'], late);
        if (Object.keys(pools).length > 0 && pools[to] === undefined) wrong(['escalation', at, 'to'], 'must be one of the pools');
      });
      if (ask !== undefined && pools[ask] === undefined) wrong(['ask'], 'must be one of the pools');
    });
export type ApprovalsPolicy = z.infer<ReturnType<typeof approvals>>;
