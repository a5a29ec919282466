/** Starts and stops the service. */

import { makeApp } from './src/app.js';
import { Cache } from './src/cache.js';
import { readConfig } from './src/config.js';
import { Database } from './src/database.js';
import { reason, whyFinal } from './src/errors.js';

/** ECS kills a container 30 s after SIGTERM, unless the agent is told otherwise. */
const STOP_MILLISECONDS = 25_000;

let config;
try {
  config = readConfig(process.env);
} catch (error) {
  console.error(JSON.stringify({ msg: error.message }));
  process.exit(1);
}

const state = { ready: false };
const stopping = new AbortController();
const { app, database, cache } = makeApp(state, (log) => ({
  database: new Database(config.mysql, { log, refused: endIfFinal('MySQL') }),
  cache: new Cache(config.redis, { log, refused: endIfFinal('Redis') }),
}));

process.on('SIGTERM', () => stop(0, 'SIGTERM'));
process.on('SIGINT', () => stop(0, 'SIGINT'));

await app.listen({ host: '0.0.0.0', port: config.port });
const cacheTried = cache.open();
try {
  await database.prepare(stopping.signal);
  // So that the first clients do not all go to MySQL.
  await cacheTried;
  state.ready = !stopping.signal.aborted;
} catch (error) {
  if (!stopping.signal.aborted) stop(1, `MySQL cannot be used: ${reason(error)}`);
}

/** Ends the process on an error that only a new task, with new secrets, can be without. */
function endIfFinal(server) {
  return (error) => {
    const why = whyFinal(error);
    if (why) stop(1, `${server}: ${why} (${reason(error)})`);
  };
}

/** Takes no new requests, answers those that are open, closes both servers' connections and exits. */
async function stop(code, why) {
  if (stopping.signal.aborted) return;
  stopping.abort();
  state.ready = false;
  app.log[code ? 'error' : 'info'](`stopping: ${why}`);
  setTimeout(() => {
    app.log.error('a request took too long, its connection is cut');
    process.exit(1);
  }, STOP_MILLISECONDS);
  await app.close();
  await database.close();
  cache.close();
  process.exit(code);
}
