/** Keys of states: the name of the state, then whose it is. */
const PARTED = ':';

export const stateKey = (name: string, of: string): string => name + PARTED + of;

export const stateName = (key: string): string => key.slice(0, key.indexOf(PARTED));
