// A small payment is approved at once.
import { CloudEvent, HTTP } from 'cloudevents';

const url = process.env.SIGNALBOX_URL ?? 'http://127.0.0.1:8080';
for (const [type, data] of [
  ['payment.attempted', { paymentId: 'node-1', cardId: 'node', terminalId: 'till-3', amount: 24.5, currency: 'EUR' }],
]) {
  const message = HTTP.structured(new CloudEvent({ source: '/examples/fraud', type, data }));
  const response = await fetch(`${url}/v1/events`, { method: 'POST', ...message });
  console.log(await response.text());
}
