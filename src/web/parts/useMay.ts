import type { Scope } from '../../domain/caller.ts';
import { may } from '../read/session.ts';
import { useMe } from './useMe.ts';

/** Whether who looks may do it: what they may not is not offered. */
export const useMay = (scope: Scope): boolean => may(useMe().data, scope);
