// Ten are asked for of which none is left: more are ordered.
import { CloudEvent, HTTP } from 'cloudevents';

const url = process.env.SIGNALBOX_URL ?? 'http://127.0.0.1:8080';
for (const [type, data] of [
  ['demand.recorded', { sku: 'node', location: 'main', quantity: 10 }],
  ['stock.counted', { sku: 'node', location: 'main', onHand: 0, onOrder: 0 }],
]) {
  const message = HTTP.structured(new CloudEvent({ source: '/examples/supply', type, data }));
  const response = await fetch(`${url}/v1/events`, { method: 'POST', ...message });
  console.log(await response.text());
}
