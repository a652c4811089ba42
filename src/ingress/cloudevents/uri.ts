/**
 * URIs and URI references by RFC 3986, as far as their characters and parts go.
 *
 * Linear in the text's length: what may repeat ends at the first character of the part behind it, so that no text can be parted in two ways.
 * (Authority and path both took the same characters once, and 32 kB that failed at the end took a second.)
 */

const PCHAR = "(?:[A-Za-z0-9\\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})";
const AUTHORITY = `//(?:${PCHAR}|[\\[\\]])*(?![^/?#])`;
const REST = `(?:${AUTHORITY}|(?!//))(?:${PCHAR}|/)*(?:\\?(?:${PCHAR}|[/?])*)?(?:#(?:${PCHAR}|[/?])*)?$`;
const SCHEME = '[A-Za-z][A-Za-z0-9+.-]*:';
const URI = new RegExp(`^${SCHEME}${REST}`);
const URI_REFERENCE = new RegExp(`^(?:${SCHEME}|(?![^/?#]*:))${REST}`);

/** With a scheme. */
export const isUri = (text: string): boolean => URI.test(text);

export const isUriReference = (text: string): boolean => URI_REFERENCE.test(text);
