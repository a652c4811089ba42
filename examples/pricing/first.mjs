// A product has a cost, then it is sold: its price is held or changed.
import { CloudEvent, HTTP } from 'cloudevents';

const url = process.env.SIGNALBOX_URL ?? 'http://127.0.0.1:8080';
for (const [type, data] of [
  ['cost.changed', { sku: 'node', cost: 5 }],
  ['sale.recorded', { sku: 'node', quantity: 3, price: 9.99 }],
]) {
  const message = HTTP.structured(new CloudEvent({ source: '/examples/pricing', type, data }));
  const response = await fetch(`${url}/v1/events`, { method: 'POST', ...message });
  console.log(await response.text());
}
