/** The text of a policy file; one line where it cannot be read. */
import { createReadStream } from 'node:fs';
import { text } from 'node:stream/consumers';
import { CannotRun } from '../../domain/errors.ts';
import { POLICY_BYTES_MAX } from '../../domain/policyBytesMax.ts';

/** One byte more than a policy may have is enough to say that it has too many. */
export async function readPolicyFile(path: string): Promise<string> {
  try {
    return await text(createReadStream(path, { end: POLICY_BYTES_MAX }));
  } catch (error) {
    throw new CannotRun(`Cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}
