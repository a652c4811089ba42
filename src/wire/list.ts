/** Lists: `{items, next, more}`, and the parameters that every list has. */
import { z } from 'zod';

export const LIST_LIMIT_MAX = 1000;

export const listOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), next: z.string(), more: z.boolean() });

/** A page of any list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string;
  readonly more: boolean;
}

/** The database holds no U+0000, so nothing can match one. */
export const filterText = z
  .string()
  .min(1)
  .max(4096)
  .refine((text) => !text.includes('\u0000'), 'must not hold U+0000');

export const listParameters = {
  after: z.string().min(1).max(6000).optional().describe('The cursor `next` of an earlier page; absent: from the start'),
  limit: z
    .string()
    .regex(/^([1-9]\d{0,2}|1000)$/, 'must be 1 to 1000')
    .optional()
    .describe('Items at most, 1 to 1000; 100 unless told. A page holds 4 MiB at most: fewer items where they are large'),
};

/** The newest, for who begins to look: the cursor behind them goes on from there. */
export const lastParameter = z
  .string()
  .regex(/^([1-9]\d{0,2}|1000)$/, 'must be 1 to 1000')
  .optional()
  .describe('The newest so many, oldest first, in place of `after` and `limit`; `next` is behind all there is');

export const pageQuery = z.strictObject(listParameters);

/** For the reference. */
export const pageExample = <Item>(item: Item): { items: Item[]; next: string; more: boolean } => ({
  ...{ items: [item], next: 'eyJmcmF1ZCI6MTd9', more: false },
});
