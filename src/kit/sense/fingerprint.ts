/**
 * A 32-bit fingerprint of a text, to find an entry again without keeping its id: FNV-1a over the UTF-16 code units, then the
 * finalizer of MurmurHash3 (`fmix32`), which spreads ids that differ only in their last digits over all bits. Among 2,000 entries
 * another id is mistaken for one of them with a chance of 5 in 10 million. Not a defence against chosen collisions.
 */
export function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
