import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { type Me, readMe } from '../read/session.ts';

const LOOK_EVERY_MS = 60_000;

export const useMe = (): UseQueryResult<Me | null> =>
  useQuery({ queryKey: ['me'], queryFn: readMe, refetchInterval: LOOK_EVERY_MS, staleTime: LOOK_EVERY_MS });
