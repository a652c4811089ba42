/**
 * What a broker is for us, whichever it is: it hands over messages in order, and a batch is acknowledged there when it is accepted here. Who
 * fails on the way opens it again, and it goes on behind what was acknowledged; what comes again is known by its identity.
 */

export interface StreamMessage {
  readonly headers: readonly (readonly [string, string])[];
  /** Null: a tombstone. */
  readonly body: Buffer | null;
  /** Where it stands there, as text: the id of what has none. Null: the broker gives none. */
  readonly position: string | null;
}

export interface PublishedMessage {
  /** What keeps its order. */
  readonly key: string;
  /** CloudEvent in structured mode. */
  readonly body: string;
}

/** Takes a batch: resolves when all of it is committed or in quarantine. `resumeAt` is stored beside. */
export type Take = (batch: readonly StreamMessage[], resumeAt: string | null) => Promise<void>;

export interface StreamSource {
  /** Until `stop`, or until something fails: then it rejects. One batch at a time. */
  run(take: Take, stop: AbortSignal): Promise<void>;
  /** Messages that wait; null where nobody knows. */
  lag(): Promise<number | null>;
  /** Resolves when the broker has them. */
  publish(messages: readonly PublishedMessage[]): Promise<void>;
  close(): Promise<void>;
}

export interface SourceOptions {
  readonly name: string;
  readonly url: string;
  readonly from: string;
  readonly group: string;
  readonly publishTo: string | null;
  /** What `take` was given last. */
  readonly resumeAt: string | null;
  /** The broker had no session of ours. */
  readonly gap: () => void;
}

export type OpenSource = (options: SourceOptions) => Promise<StreamSource>;

export const BATCH_MAX = 200;
/** Read and not yet taken: beyond it nothing more is read. */
export const WINDOW = 400;
