declare module '*.css';
/** Shapes of the domain name it; a browser has none. */
type Buffer = Uint8Array;
