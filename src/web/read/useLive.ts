import { useSyncExternalStore } from 'react';
import { type LiveView, liveView, subscribe } from './liveFeed.ts';

export const useLive = (): LiveView => useSyncExternalStore(subscribe, liveView);
