/** Redis in front of a slower source. The service works without it, only slower. */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';

import { createClient } from '@redis/client';

import { reason, whyFinal } from './errors.js';

/** Time that each key lives: how old an answer can be when an invalidation is lost. */
export const SECONDS = 180;

/** Stores an answer unless it was invalidated since the question was asked. */
const STORE = `
  if (redis.call('GET', KEYS[2]) or '') ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
  return 1
`;

export class Cache {
  #client;
  #log;

  /** `refused` is called with each error, so that the process can end where it is final. */
  constructor({ host, port, password, tls }, { log, refused }) {
    this.#log = log;
    this.#client = createClient({
      password,
      // While Redis is away a command fails at once, and is no longer waited for after a while.
      disableOfflineQueue: true,
      commandOptions: { timeout: 1000 },
      maintNotifications: 'disabled',
      socket: {
        host,
        port,
        tls,
        minVersion: 'TLSv1.2',
        connectTimeout: 5000,
        reconnectStrategy: (retries, cause) =>
          whyFinal(cause) ? cause : Math.min(100 * 2 ** retries, 5000) * (0.5 + Math.random() / 2),
      },
    });
    this.#client.on('error', (error) => {
      log.warn({ code: error.code, reason: reason(error) }, 'Redis failed');
      refused(error);
    });
  }

  /** Begins to connect, and goes on trying; resolves once the first attempt is over. */
  async open() {
    const tried = once(this.#client, 'ready');
    // Every error is given to the listener.
    this.#client.connect().catch(() => {});
    await tried.catch(() => {});
  }

  /**
   * What stands under `key`, or else what `load` answers, which is then stored for SECONDS.
   * @returns {Promise<{value: unknown, cache: 'hit'|'miss'|'unavailable'}>}
   */
  async read(key, load) {
    const keys = [key, changed(key)];
    let stored, change;
    try {
      [stored, change] = await this.#client.mGet(keys);
    } catch {
      return { value: await load(), cache: 'unavailable' };
    }
    if (stored !== null) return { value: JSON.parse(stored), cache: 'hit' };
    const value = await load();
    try {
      await this.#client.eval(STORE, {
        keys,
        arguments: [change ?? '', JSON.stringify(value), String(SECONDS)],
      });
    } catch (error) {
      this.#log.warn({ reason: reason(error) }, 'an answer was not stored');
    }
    return { value, cache: 'miss' };
  }

  /** Forgets `key`, also for those who are loading it now. Without Redis it lives on, SECONDS at most. */
  async forget(key) {
    try {
      await this.#client
        .multi()
        .set(changed(key), randomUUID(), { expiration: { type: 'EX', value: SECONDS } })
        .del(key)
        .exec();
    } catch (error) {
      this.#log.warn({ reason: reason(error) }, 'an answer was not forgotten');
    }
  }

  close() {
    this.#client.destroy();
  }
}

function changed(key) {
  return `${key}:changed`;
}
