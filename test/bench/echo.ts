/** The baseline: the least that an Express server does with a JSON post. */
import type { AddressInfo } from 'node:net';
import express from 'express';

const app = express();
app.use(express.json({ type: () => true, limit: '8mb' }));
app.post('/v1/events', (request, response) => {
  response.status(202).json(request.body);
});
const server = app.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('disconnect', () => process.exit(0));
