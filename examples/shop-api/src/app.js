/** The HTTP side of the shop. */

import Fastify from 'fastify';

import { isPassing, reason } from './errors.js';

const ORDER = {
  body: {
    type: 'object',
    required: ['product', 'quantity'],
    additionalProperties: false,
    properties: {
      product: { type: 'integer', minimum: 1, maximum: 4294967295 },
      quantity: { type: 'integer', minimum: 1, maximum: 1000 },
    },
  },
};

/** `state.ready` is what health checks are told; `open` gives database and cache their logger. */
export function makeApp(state, open) {
  const app = Fastify({
    // One line of JSON each on stdout, where the log driver reads.
    logger: true,
    // Longer than the load balancer's idle timeout (60 s): else it sends a request into a connection
    // that is just being closed, and answers 502.
    keepAliveTimeout: 75_000,
    forceCloseConnections: 'idle',
  });
  const { database, cache } = open(app.log);

  for (const path of ['/', '/health']) {
    app.get(path, { logLevel: 'warn' }, async (_, reply) => {
      reply.code(state.ready ? 200 : 503);
      return { ready: state.ready };
    });
  }

  app.get('/products', async (_, reply) => {
    const { value, cache: from } = await cache.read('products', () => database.products());
    reply.header('x-cache', from);
    return { products: value };
  });

  app.post('/orders', { schema: ORDER }, async ({ body }, reply) => {
    const { order, refused } = await database.order(body.product, body.quantity);
    if (refused) {
      reply.code(refused === 'unknown' ? 404 : 409);
      return { error: refused };
    }
    await cache.forget('products');
    reply.code(201);
    return { order };
  });

  app.setErrorHandler((error, request, reply) => {
    if (error.statusCode < 500) return reply.code(error.statusCode).send({ error: error.message });
    // What MySQL says names users and hosts: it is for the log and not for the client.
    request.log.error({ code: error.code, reason: reason(error) }, 'a request failed');
    const code = isPassing(error) || !state.ready ? 503 : 500;
    return reply.code(code).send({ error: code === 503 ? 'try again' : 'failed' });
  });
  return { app, database, cache };
}
