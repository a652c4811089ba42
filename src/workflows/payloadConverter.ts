/**
 * Temporal's own payloads, but reading never throws: a signal whose payload was no JSON failed every task of its run, with good
 * signals behind it (tried). What cannot be read is undefined, which the parsers refuse.
 */
import { defaultPayloadConverter, type PayloadConverter } from '@temporalio/common';

export const payloadConverter: PayloadConverter = {
  toPayload: (value, context) => defaultPayloadConverter.toPayload(value, context),
  fromPayload<Value>(...[payload, context]: Parameters<PayloadConverter['fromPayload']>): Value {
    try {
      return defaultPayloadConverter.fromPayload<Value>(payload, context);
    } catch {
      return undefined as Value;
    }
  },
};
