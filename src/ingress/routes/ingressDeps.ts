/** What the HTTP side is made from. A test gives its own. */
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { ActionKey } from '../../actions/actions.ts';
import type { RedriveRequest } from '../../actions/redriveAction.ts';
import type { UndoRequest } from '../../actions/undoAction.ts';
import type { NoticeChannels } from '../../approvals/notices.ts';
import type { Ending } from '../../domain/event.ts';
import type { Flow } from '../../domain/flow.ts';
import type { Pool } from '../../log/db/database.ts';
import type { Notifier } from '../../log/db/notify.ts';
import type { Seals } from '../../log/door/seals.ts';
import type { RedrivePlace } from '../../log/redrive.ts';
import type { Config } from '../../settings/config.ts';
import type { Ready } from '../../wire/ready.ts';
import type { Accept } from '../accept/accept.ts';
import type { TemporalWeb } from '../accept/receipt.ts';
import type { ObserveRequest } from '../metrics/httpMetrics.ts';
import type { Streams } from '../stream/streams.ts';
import type { CountWebhook } from '../webhooks/webhookTally.ts';

export interface IngressDeps {
  readonly pool: Pool;
  /** The one that is served here. */
  readonly tenant: string;
  readonly config: Pick<Config, 'SIGNALBOX_AUTH' | 'SIGNALBOX_PUBLIC_URL'>;
  readonly flows: readonly Flow[];
  readonly temporal: TemporalWeb;
  readonly notifier: Notifier;
  /** How secrets of providers and brokers are kept. */
  readonly seals: Seals;
  /** Hears what became of each request to a webhook that is there. */
  readonly countWebhook: CountWebhook;
  /** Absent: nobody is told of approvals. */
  readonly notices?: NoticeChannels | undefined;
  readonly streams: Streams;
  readonly health: () => Promise<Ready>;
  readonly registry: Registry;
  /** Traces requests; absent where nothing is traced. */
  readonly trace?: { readonly request: ObserveRequest; of(request: IncomingMessage): string | undefined } | undefined;
  /** The new ending, or null where no such event is in quarantine. */
  readonly redrive: (event: RedrivePlace) => Promise<Ending | null>;
  /** Whom actions go to; null: that is not known here. */
  readonly receiver: string | null;
  /** False where there is no such action. */
  readonly redriveAction: (request: Omit<RedriveRequest, 'receiver'>) => Promise<boolean>;
  /** The action that takes it back; null where there is none to take back. */
  readonly undoAction: (request: UndoRequest) => Promise<string | null>;
  /** False where there is no such action. */
  readonly sendNow: (request: ActionKey & { readonly actor: string }) => Promise<boolean>;
  readonly accepting: Accept;
  readonly logger: Logger;
}
