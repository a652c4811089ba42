/** Where people are told of approvals, from the settings. */

import type { Outbound } from '../actions/outbound.ts';
import { type WebhookTarget, webhookTarget } from '../actions/sendWebhook.ts';
import { type Config, publicUrl } from '../settings/config.ts';
import type { MailTarget } from './sendMail.ts';

export function noticeTargets(config: Config, outbound: Outbound): NoticeTargets {
  const { SIGNALBOX_NOTICE_URL: url, SIGNALBOX_NOTICE_SECRET: secret, SIGNALBOX_SMTP_URL: smtp, SIGNALBOX_MAIL_FROM: from } = config;
  return {
    webhook: webhookTarget({ url, secret }, outbound),
    mail: smtp === undefined || from === undefined ? null : { url: smtp, from },
    publicUrl: publicUrl(config),
  };
}

/** Where people are told. Null: that way is not configured. */
export interface NoticeTargets {
  readonly webhook: WebhookTarget | null;
  readonly mail: MailTarget | null;
  /** What links begin with, without a slash at its end. */
  readonly publicUrl: string;
}
