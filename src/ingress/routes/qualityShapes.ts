/** The shapes of outcomes and quality: what the query is parsed by, and what the OpenAPI document is made from. */
import { z } from 'zod';
import { QUALITY_BY } from '../../outcomes/readQuality.ts';

/** The database has no year 0. */
const day = z.iso.date().refine((text) => text >= '0001-01-01', 'must be a day of the years 1 to 9999');
const share = z.number().min(0).max(1);

export const truth = z.object({
  truth: z.string(),
  at: z.iso.datetime().describe('Time of the label'),
  event: z.string().regex(/^evt_/).describe('What said so'),
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
  truths: z.array(z.string()),
  positive: z.string().nullable(),
  silence: z.object({ days: z.number(), truth: z.string(), before: day.nullable(), counted: z.number().int() }).nullable(),
  labels: z.object({ waiting: z.number().int(), dropped: z.number().int() }),
  behind: z.number().int(),
  all: figures,
  groups: z.array(figures.extend({ name: z.string() })),
  leftOut: z.number().int(),
});
