/** A CloudEvent in a signed webhook: its type and data are taken as they are; its source is the webhook's, as anybody may write any. */
export const CLOUDEVENTS_MAPPING = `theirType: type
time: time
rules:
  - when: specversion = "1.0"
    type: { from: type }
    data: data
`;
