/** The standard normal distribution, to some 14 digits. */

const ROOT_2_PI = Math.sqrt(2 * Math.PI);
/** Beyond it the series loses digits, and the continued fraction converges fast. */
const TAIL = 4;
const FRACTION_TERMS = 60;

export const density = (z: number): number => Math.exp((-z * z) / 2) / ROOT_2_PI;

/** Above: the upper tail by Laplace's continued fraction; else Marsaglia's series (2004). */
export function above(z: number): number {
  if (z < -TAIL) return 1 - above(-z);
  if (z > TAIL) {
    let fraction = z;
    for (let term = FRACTION_TERMS; term > 0; term -= 1) fraction = z + term / fraction;
    return density(z) / fraction;
  }
  let [sum, term] = [z, z];
  for (let odd = 3; Math.abs(term) > 1e-18; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return 0.5 - sum * density(z);
}

/** The z below which there is this share, by bisection. */
export function quantile(share: number): number {
  let [low, high] = [-38, 38];
  for (let step = 0; step < 80; step += 1) {
    const middle = (low + high) / 2;
    // of the smaller tail, which has the digits
    const below = share < 0.5 ? above(-middle) < share : above(middle) > 1 - share;
    if (below) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** What is expected above z: E (Z - z)+. */
export const loss = (z: number): number => density(z) - z * above(z);
