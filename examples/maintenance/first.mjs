// A machine is listened to: its first readings teach what is usual.
import { CloudEvent, HTTP } from 'cloudevents';

const url = process.env.SIGNALBOX_URL ?? 'http://127.0.0.1:8080';
for (const [type, data] of [['sensor.read', { machineId: 'node', values: { temperature: 71.2, vibration: 0.4 } }]]) {
  const message = HTTP.structured(new CloudEvent({ source: '/examples/maintenance', type, data }));
  const response = await fetch(`${url}/v1/events`, { method: 'POST', ...message });
  console.log(await response.text());
}
