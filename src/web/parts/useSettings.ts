import { useSyncExternalStore } from 'react';
import { onChange, type Settings, settings } from '../words/settings.ts';

export const useSettings = (): Settings => useSyncExternalStore(onChange, settings);
