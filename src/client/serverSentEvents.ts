/** Server-sent events, read from a body as it comes: fields of lines, a blank line between frames. */

export interface StreamFrame {
  /** `message` where the frame names none. */
  readonly event: string;
  /** The last one that was sent, with this frame or before it; empty: none was. */
  readonly id: string;
  /** Empty for a frame that only moves `id`. */
  readonly data: string;
}

/** A line of more than this is no frame of ours. */
const CHARS_MAX = 32 << 20;

/** Throws what reading throws, and RangeError for a line without end. */
export async function* readFrames(body: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<StreamFrame> {
  const decoder = new TextDecoder();
  let rest = '';
  let [event, data, id, moved] = ['', '', '', false];
  for (let read = await body.read(); !read.done; read = await body.read()) {
    const lines = (rest + decoder.decode(read.value, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > CHARS_MAX) throw new RangeError(`A line of the stream has more than ${CHARS_MAX} characters`);
    for (const line of lines) {
      const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*?))?\r?$/s.exec(line) ?? [];
      if (line === '' || line === '\r') {
        if (data !== '' || moved) yield { event: event === '' ? 'message' : event, id, data };
        [event, data, moved] = ['', '', false];
      } else if (field === 'event') event = value;
      else if (field === 'data') data += data === '' ? value : `\n${value}`;
      else if (field === 'id') [id, moved] = [value, true];
    }
  }
}
