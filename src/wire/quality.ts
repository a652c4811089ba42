/** Outcomes and quality: what turned out to be true, and how decisions compare with it. */
import { z } from 'zod';
import { at, id } from './fields.ts';

export const QUALITY_BY = ['rung', 'model', 'prompt', 'reviewer', 'policy'] as const;

/** The database has no year 0. */
const day = z.iso.date().refine((text) => text >= '0001-01-01', 'must be a day of the years 1 to 9999');
const share = z.number().min(0).max(1);

export const truth = z.object({
  truth: z.string(),
  at: at.describe('Time of the label'),
  event: id('evt').describe('What said so'),
});

export const qualityQuery = z.strictObject({
  by: z.enum(QUALITY_BY).optional().describe('`rung` unless told'),
  from: day.optional().describe("First day of the events' time, UTC"),
  to: day.optional().describe('Last day'),
});

const figures = z.object({
  decisions: z.number().int().describe('Final ones'),
  outcomes: z.record(z.string(), z.number().int()),
  labelled: z.number().int(),
  assumed: z.number().int().describe('Without a label, counted as what silence means'),
  unknown: z.number().int(),
  right: z.number().int(),
  wrong: z.number().int(),
  precision: share.nullable(),
  recall: share.nullable(),
  calibration: z.object({
    error: share.nullable().describe('Expected calibration error'),
    buckets: z.array(z.object({ from: share, to: share, judged: z.number().int(), confidence: share, right: share })),
  }),
  costUsd: z.number(),
  costUsdPer1000: z.number().nullable(),
});

export const quality = z.object({
  flow: z.string(),
  by: z.enum(QUALITY_BY),
  from: day.nullable(),
  to: day.nullable(),
  truths: z.array(z.string()).readonly(),
  positive: z.string().nullable(),
  silence: z
    .object({ days: z.number(), truth: z.string(), before: day.nullable(), counted: z.number().int() })
    .nullable()
    .describe('What no label means, and up to which day (not included) decisions are old enough for it'),
  labels: z.object({ waiting: z.number().int(), dropped: z.number().int() }),
  drift: z
    .object({
      learnt: z.boolean().describe('The reference is whole: windows are compared with it'),
      windows: z.number().int().describe('That are over'),
      series: z.array(
        z.object({
          kind: z.enum(['input', 'score', 'calibration']),
          name: z.string(),
          measure: z.number().describe('As it was compared last: 1 has drifted'),
          drifted: z.boolean(),
        }),
      ),
    })
    .nullable()
    .describe('Whether inputs, scores and calibration are what they were, in the newest windows; null where no decision was looked at'),
  behind: z.number().int().describe('Entries and records of cases that have not been counted yet'),
  all: figures,
  groups: z.array(figures.extend({ name: z.string() })).describe('The largest first; decisions without one are in `all` alone'),
  leftOut: z.number().int().describe('Groups beyond the limit'),
  answers: z
    .array(
      figures.extend({
        name: z.string(),
        record: z
          .object({
            ...{ judgedMin: z.number().int(), precisionMin: share },
            ...{ judged: z.number().int(), precision: share.nullable(), earned: z.boolean() },
          })
          .nullable()
          .describe('What the policy wants of a model before it decides, and what this one has'),
      }),
    )
    .describe('By model: all that LLMs answered, whether it decided or advised. Empty unless `by` is `model`'),
  figures: z
    .array(
      z.object({
        ...{ name: z.string(), text: z.string() },
        ...{ value: z.number().nullable(), low: z.number().nullable(), high: z.number().nullable() },
        of: z.record(z.string(), z.number().int()),
      }),
    )
    .describe(
      'What the flow tells of itself, as of the newest checkpoint of its memory: shares with their 95 % intervals, and what they rest on',
    ),
});

export type QualityBy = (typeof QUALITY_BY)[number];
export type Figures = z.infer<typeof figures>;
export type QualityReport = z.infer<typeof quality>;
