/** What the container is told by its environment; docs/your-container.md lists the variables. */

const REQUIRED = [
  'DB_HOST',
  'DB_PORT',
  'DB_NAME',
  'DB_TLS',
  'DB_USERNAME',
  'DB_PASSWORD',
  'REDIS_HOST',
  'REDIS_PORT',
  'REDIS_TLS',
];

/**
 * Reads the environment once, at the start: ECS never changes it afterwards.
 * @throws {Error} naming every variable that is missing or wrong, and no value.
 */
export function readConfig(env) {
  const wrong = REQUIRED.filter((name) => !env[name]).map((name) => `${name} is not set`);
  for (const name of ['DB_PORT', 'REDIS_PORT', 'PORT']) {
    if (env[name] && !isPort(env[name])) wrong.push(`${name} is not a port from 1 to 65535`);
  }
  for (const name of ['DB_TLS', 'REDIS_TLS']) {
    if (env[name] && !['true', 'false'].includes(env[name])) {
      wrong.push(`${name} is neither true nor false`);
    }
  }
  if (env.DB_TYPE !== 'mysql') wrong.push('DB_TYPE is not mysql');
  if (wrong.length) throw new Error(`the environment is wrong: ${wrong.join(', ')}`);
  return {
    port: Number(env.PORT ?? 3000),
    mysql: {
      host: env.DB_HOST,
      port: Number(env.DB_PORT),
      database: env.DB_NAME,
      user: env.DB_USERNAME,
      password: env.DB_PASSWORD,
      tls: env.DB_TLS === 'true',
    },
    redis: {
      host: env.REDIS_HOST,
      port: Number(env.REDIS_PORT),
      // Not there where the cache has no AUTH token.
      password: env.REDIS_PASSWORD,
      tls: env.REDIS_TLS === 'true',
    },
  };
}

function isPort(text) {
  return /^[0-9]+$/.test(text) && Number(text) >= 1 && Number(text) <= 65535;
}
