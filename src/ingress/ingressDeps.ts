/** What the HTTP side is made from. A test gives its own. */
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Config } from '../config.ts';
import type { Ending } from '../event.ts';
import type { Flow } from '../flow.ts';
import type { Place } from '../ids.ts';
import type { Pool } from '../log/database.ts';
import type { NoticeChannels } from '../log/notices.ts';
import type { Notifier } from '../log/notify.ts';
import type { RedriveRequest } from '../log/redriveAction.ts';
import type { Accept } from './accept.ts';
import type { Ready } from './probes.ts';
import type { TemporalWeb } from './receipt.ts';

export interface IngressDeps {
  readonly pool: Pool;
  readonly config: Pick<Config, 'SIGNALBOX_AUTH' | 'SIGNALBOX_PUBLIC_URL'>;
  readonly flows: readonly Flow[];
  readonly temporal: TemporalWeb;
  readonly notifier: Notifier;
  /** Absent: nobody is told of approvals. */
  readonly notices?: NoticeChannels | undefined;
  readonly health: () => Promise<Ready>;
  readonly registry: Registry;
  /** The new ending, or null where no such event is in quarantine. */
  readonly redrive: (event: Place) => Promise<Ending | null>;
  /** False where there is no such action. */
  readonly redriveAction: (request: Omit<RedriveRequest, 'receiver'>) => Promise<boolean>;
  readonly accept: Accept;
  readonly logger: Logger;
}
