/** Fields that many shapes have. */
import { z } from 'zod';
import type { JsonObject } from '../domain/event.ts';
import { hasVisible } from '../domain/hasVisible.ts';

export const id = (prefix: string): z.ZodString => z.string().regex(new RegExp(`^${prefix}_`));

/** RFC 3339 in UTC. */
export const at = z.iso.datetime();

/** An object whose members a flow, a policy or a sender chose. */
export const details = z.record(z.string(), z.unknown());

/** The same, of what was parsed from JSON or is to become it. */
export const jsonObject = details as unknown as z.ZodType<JsonObject>;

export const links = z.record(z.string(), z.string());

/** What somebody has to say, for others to read. */
export const saidText = (charsMax: number): z.ZodString =>
  z.string().trim().min(1).max(charsMax).refine(hasVisible, 'must hold a character that can be seen');
