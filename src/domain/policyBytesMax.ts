/** How long the text of a policy may be, in bytes of UTF-8. */
export const POLICY_BYTES_MAX = 256 * 1024;
