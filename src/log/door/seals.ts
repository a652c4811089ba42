/**
 * Secrets at rest: AES-256-GCM under keys that only the processes have, so that a copy of the database signs nothing. The first key seals, each opens.
 * What a secret belongs to is authenticated with it: a sealed text that is moved to another row does not open.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { SignalboxError } from '../../domain/errors.ts';
import { type Config, isExposed } from '../../settings/config.ts';
import { readSecretKeys } from '../../settings/secretKeys.ts';

const CIPHER = 'aes-256-gcm';
/** NIST SP 800-38D: 96 bits, random, of far fewer than 2^32 texts a key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const UNSEALED = 'none';

export interface Sealed {
  readonly text: string;
  /** `none`, or `aes-256-gcm/<id of the key>`. */
  readonly sealing: string;
}

/** Tells keys apart and nothing of them: 32 bits of a hash of 256 random ones. */
export const keyId = (key: Buffer): string => createHash('sha256').update('signalbox secret key').update(key).digest('hex').slice(0, 8);

export class Seals {
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #needed: boolean;
  /** How a secret is kept from now on. */
  readonly sealing: string;

  /** `keys`: of 32 bytes, the one that seals first. `needed`: without a key nothing more is taken. */
  constructor(keys: readonly Buffer[], needed: boolean) {
    this.#keys = new Map(keys.map((key) => [`${CIPHER}/${keyId(key)}`, key]));
    this.#needed = needed;
    this.sealing = [...this.#keys.keys()][0] ?? UNSEALED;
  }

  /** `of`: what it belongs to. Throws `no-secret-key` where it may not be kept in the clear. */
  seal(text: string, of: string): Sealed {
    const key = this.#keys.get(this.sealing);
    if (key === undefined) {
      if (this.#needed) throw new SignalboxError('no-secret-key');
      return { text, sealing: UNSEALED };
    }
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(of));
    const bytes = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return { text: bytes.toString('base64'), sealing: this.sealing };
  }

  /** Throws `secret-sealed` where the key is not here, or the text was changed or belongs to something else. */
  open({ text, sealing }: Sealed, of: string): string {
    if (sealing === UNSEALED) return text;
    const key = this.#keys.get(sealing);
    if (key === undefined) throw new SignalboxError('secret-sealed', `The key ${sealing} that seals it is not set here`);
    const bytes = Buffer.from(text, 'base64');
    try {
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES }).setAAD(Buffer.from(of));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    } catch (error) {
      throw new SignalboxError('secret-sealed', `What is sealed with ${sealing} is not what was sealed for this place`, { cause: error });
    }
  }

  knows(sealing: string): boolean {
    return sealing === UNSEALED || this.#keys.has(sealing);
  }
}

/** Throws CannotRun where the file of keys cannot be read. */
export const sealsOf = (config: Config): Seals => new Seals(readSecretKeys(config), isExposed(config));

/** What a secret belongs to. */
export const ofWebhook = (tenant: string, source: string): string => JSON.stringify(['webhook', tenant, source]);
export const ofStream = (tenant: string, name: string): string => JSON.stringify(['stream', tenant, name]);
