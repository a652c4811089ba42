/** What is said of a type that no flow takes: mostly it is a known one, spelt wrong. */
import { didYouMean } from '../../domain/nearest.ts';

/** Comparing costs, and a sender repeats its types. */
const SAID_MAX = 200;

export class NoFlowTakes {
  readonly #known: readonly string[];
  readonly #said = new Map<string, string>();

  constructor(known: Iterable<string>) {
    this.#known = [...known];
  }

  say(type: string): string {
    const known = this.#said.get(type);
    if (known !== undefined) return known;
    const said = `No flow takes events of type ${type}${didYouMean(type, this.#known)}`;
    if (this.#said.size >= SAID_MAX) this.#said.clear();
    this.#said.set(type, said);
    return said;
  }
}
