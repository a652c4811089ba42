/** Where people are told of approvals, from the settings. */

import type { Outbound } from '../actions/outbound.ts';
import { webhookTarget } from '../actions/sendWebhook.ts';
import type { NoticeTargets } from '../activities/sendNotice.ts';
import { type Config, publicUrl } from '../settings/config.ts';

/** Throws CannotRun where the secret cannot be a key. */
export function noticeTargets(config: Config, outbound: Outbound): NoticeTargets {
  const { SIGNALBOX_NOTICE_URL: url, SIGNALBOX_NOTICE_SECRET: secret, SIGNALBOX_SMTP_URL: smtp, SIGNALBOX_MAIL_FROM: from } = config;
  return {
    webhook: webhookTarget({ url, secret, setting: 'SIGNALBOX_NOTICE_SECRET' }, outbound),
    mail: smtp === undefined || from === undefined ? null : { url: smtp, from },
    publicUrl: publicUrl(config),
  };
}
