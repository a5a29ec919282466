/** Which errors pass by themselves, and which only another task can be without. */

const PASSING = new Set([
  // The network, and a name that is not there while a failover changes it.
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  // MySQL: too many connections, shutting down, still a replica in a failover, another transaction.
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
  'ER_NORMAL_SHUTDOWN',
  'ER_CONNECTION_KILLED',
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_READ_ONLY_MODE',
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
]);

const CREDENTIALS = new Set(['ER_ACCESS_DENIED_ERROR', 'ER_DBACCESS_DENIED_ERROR']);

// MySQL's and mysql2's own, then those of Node's TLS.
const TLS = new Set([
  'ER_SECURE_TRANSPORT_REQUIRED',
  'HANDSHAKE_NO_SSL_SUPPORT',
  'HANDSHAKE_SSL_ERROR',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** What the log says of an error: MySQL's text of a refusal names the user, which is a secret here. */
export function reason(error) {
  return CREDENTIALS.has(error.code) ? error.code : error.message;
}

/** Whether the same again may work. */
export function isPassing(error) {
  return PASSING.has(codeOf(error));
}

/**
 * Why this process can never work as it was started, or undefined if it may.
 * Secrets are read once, by ECS when it starts the task: a changed one needs a new task.
 */
export function whyFinal(error) {
  if (CREDENTIALS.has(codeOf(error)) || /^(WRONGPASS|NOAUTH|NOPERM)\b/.test(error?.message)) {
    return 'the credentials are refused: they are wrong, or were rotated after this task started';
  }
  if (TLS.has(codeOf(error))) return 'TLS is not as DB_TLS, REDIS_TLS or the trusted authorities say';
  return undefined;
}

function codeOf(error) {
  // mysql2 writes this over the code of all that ends a TLS handshake, a cut connection too.
  const cut = error?.syscall || /socket disconnected/.test(error?.message);
  return error?.code === 'HANDSHAKE_SSL_ERROR' && cut ? 'ECONNRESET' : error?.code;
}
