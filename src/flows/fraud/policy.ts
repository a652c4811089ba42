/** The schema of policy.yaml. */
import { z } from 'zod';

const DAYS_MAX = 30;
const seconds = z
  .int()
  .min(1)
  .max(DAYS_MAX * 86_400);
const count = z.int().min(0).max(1000);
const probability = z.number().min(0).max(1);
const outcome = z.enum(['approve', 'decline']);
const action = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be lower case letters, digits and dashes');

export const fraudPolicy = z.strictObject({
  bands: z
    .strictObject({ reviewFrom: probability, declineFrom: probability })
    .refine(({ reviewFrom, declineFrom }) => reviewFrom <= declineFrom, { error: 'must not be below reviewFrom', path: ['declineFrom'] }),
  rules: z.strictObject({
    velocity: z.strictObject({ paymentsPerHourMax: count }),
    failures: z.strictObject({ failuresPerHourMax: count }),
    newCard: z.strictObject({ knownPaymentsMin: count }),
  }),
  limits: z.strictObject({ autoApproveMax: z.number().min(0).max(1e12) }),
  approvals: z
    .strictObject({
      deadlineSeconds: seconds,
      remindersSeconds: z.array(seconds).max(20),
      escalation: z.array(z.strictObject({ afterSeconds: seconds, to: z.string().min(1).max(200) })).max(10),
      default: outcome,
      bySignal: z.boolean(),
    })
    .superRefine(({ deadlineSeconds, remindersSeconds, escalation }, context) => {
      const late = (path: (string | number)[]): void =>
        context.addIssue({ code: 'custom', path, message: `must be before the deadline of ${deadlineSeconds} s` });
      remindersSeconds.forEach((reminder, at) => {
        if (reminder >= deadlineSeconds) late(['remindersSeconds', at]);
      });
      escalation.forEach(({ afterSeconds }, at) => {
        if (afterSeconds >= deadlineSeconds) late(['escalation', at, 'afterSeconds']);
      });
    }),
  actions: z.partialRecord(outcome, action),
});

export type FraudPolicy = z.infer<typeof fraudPolicy>;
