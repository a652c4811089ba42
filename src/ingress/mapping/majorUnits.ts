/** Amounts as providers of payments send them, in the smallest unit of a currency: ISO 4217 says how many make one. */

const NO_MINOR = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF'.split(' '));
const THOUSANDTHS = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '));

/** `$major(1999, "usd")` is 19.99; in currencies without a smaller unit nothing changes. Undefined where there is no amount. */
export function majorUnits(amount: number | undefined, currency: string | undefined): number | undefined {
  if (amount === undefined || currency === undefined) return undefined;
  const code = currency.toUpperCase();
  if (NO_MINOR.has(code)) return amount;
  return THOUSANDTHS.has(code) ? amount / 1000 : amount / 100;
}
