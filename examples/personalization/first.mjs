// A session views two items, and is told what to show next.
import { CloudEvent, HTTP } from 'cloudevents';

const url = process.env.SIGNALBOX_URL ?? 'http://127.0.0.1:8080';
for (const [type, data] of [
  ['item.viewed', { sessionId: 'node', itemId: 'tent' }],
  ['item.viewed', { sessionId: 'node', itemId: 'stove' }],
]) {
  const message = HTTP.structured(new CloudEvent({ source: '/examples/personalization', type, data }));
  const response = await fetch(`${url}/v1/events`, { method: 'POST', ...message });
  console.log(await response.text());
}
