/** The range that an internet address lies in: what one customer of a provider, or a small one as a whole, is given. */

const V4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const GROUP = /^[0-9a-f]{1,4}$/;

/** `203.0.113.0/24` or `2001:db8:1::/48`; null for what is no address. An IPv4 address within IPv6 is one of IPv4. */
export function addressRange(ip: string): string | null {
  const text = ip
    .toLowerCase()
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=\d+\.)/, '');
  const v4 = V4.exec(text);
  if (v4 !== null) return v4.slice(1).every((part) => Number(part) <= 255) ? `${v4.slice(1, 4).map(Number).join('.')}.0/24` : null;
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0 || !text.includes(':')) return null;
  const [before, after] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':'))) as [string[], string[]];
  const zeros = 8 - before.length - after.length;
  if (tail === undefined ? zeros !== 0 : zeros < 1) return null;
  const groups = [...before, ...Array<string>(tail === undefined ? 0 : zeros).fill('0'), ...after];
  if (!groups.every((group) => GROUP.test(group))) return null;
  return `${groups
    .slice(0, 3)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/48`;
}
