/** Where people are told of approvals, from the settings. */
import { type Config, publicUrl } from '../config.ts';
import type { Outbound } from './outbound.ts';
import type { NoticeTargets } from './sendNotice.ts';
import { webhookTarget } from './sendWebhook.ts';

/** Throws CannotRun where the secret cannot be a key. */
export function noticeTargets(config: Config, outbound: Outbound): NoticeTargets {
  const { SIGNALBOX_NOTICE_URL: url, SIGNALBOX_NOTICE_SECRET: secret, SIGNALBOX_SMTP_URL: smtp, SIGNALBOX_MAIL_FROM: from } = config;
  return {
    webhook: webhookTarget({ url, secret, setting: 'SIGNALBOX_NOTICE_SECRET' }, outbound),
    mail: smtp === undefined || from === undefined ? null : { url: smtp, from },
    publicUrl: publicUrl(config),
  };
}
