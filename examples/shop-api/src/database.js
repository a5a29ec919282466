/** Products and orders in MySQL. */

import mysql from 'mysql2/promise';
import pRetry from 'p-retry';

import { isPassing } from './errors.js';

const TABLES = [
  `CREATE TABLE IF NOT EXISTS products (
    id INT UNSIGNED PRIMARY KEY,
    name VARCHAR(100) NOT NULL,
    price_cents INT UNSIGNED NOT NULL,
    stock INT UNSIGNED NOT NULL
  )`,
  `CREATE TABLE IF NOT EXISTS orders (
    id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    product INT UNSIGNED NOT NULL,
    quantity INT UNSIGNED NOT NULL,
    ordered_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (product) REFERENCES products (id)
  )`,
];

const PRODUCTS = [
  [1, 'Filter coffee, 250 g', 690, 40],
  [2, 'Espresso, 1 kg', 2490, 25],
  [3, 'Hand grinder', 8900, 5],
];

const QUERY_MILLISECONDS = 5000;

export class Database {
  #pool;
  #refused;
  #log;

  /** `refused` is called with each error, so that the process can end where it is final. */
  constructor({ host, port, database, user, password, tls }, { log, refused }) {
    this.#log = log;
    this.#refused = refused;
    this.#pool = mysql.createPool({
      host,
      port,
      database,
      user,
      password,
      // Without verifyIdentity mysql2 takes a certificate of any name.
      ssl: tls ? { minVersion: 'TLSv1.2', verifyIdentity: true } : undefined,
      connectTimeout: QUERY_MILLISECONDS,
      // A db.t3.micro has about 60 connections for all tasks together.
      connectionLimit: 5,
      maxIdle: 2,
      idleTimeout: 60_000,
    });
  }

  /** Waits for MySQL however long it takes, and makes the tables where they are not there. */
  async prepare(signal) {
    await pRetry(
      () =>
        this.#noticing(async () => {
          for (const table of TABLES) await this.#pool.query(table);
          await this.#pool.query('INSERT IGNORE INTO products VALUES ?', [PRODUCTS]);
        }),
      {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: 200,
        maxTimeout: 5000,
        randomize: true,
        shouldRetry: ({ error }) => isPassing(error),
        onFailedAttempt: ({ error }) => this.#log.warn({ code: error.code }, 'MySQL is not there'),
        signal,
      },
    );
  }

  /** All products, with what they cost in cents and how many are left. */
  async products() {
    const [rows] = await this.#retrying(() =>
      this.#pool.query({
        sql: 'SELECT id, name, price_cents AS priceCents, stock FROM products ORDER BY id',
        timeout: QUERY_MILLISECONDS,
      }),
    );
    return rows;
  }

  /**
   * Takes `quantity` of a product out of stock.
   * @returns {Promise<{order: number}|{refused: 'unknown'|'sold out'}>}
   */
  async order(product, quantity) {
    let committing = false;
    return this.#retrying(
      async () => {
        const connection = await this.#pool.getConnection();
        let usable = false;
        try {
          await connection.beginTransaction();
          const [taken] = await connection.execute(
            'UPDATE products SET stock = stock - ? WHERE id = ? AND stock >= ?',
            [quantity, product, quantity],
          );
          if (!taken.affectedRows) {
            const [known] = await connection.execute('SELECT 1 FROM products WHERE id = ?', [
              product,
            ]);
            await connection.rollback();
            usable = true;
            return { refused: known.length ? 'sold out' : 'unknown' };
          }
          const [made] = await connection.execute(
            'INSERT INTO orders (product, quantity) VALUES (?, ?)',
            [product, quantity],
          );
          committing = true;
          await connection.commit();
          usable = true;
          return { order: made.insertId };
        } finally {
          // One with an open transaction is closed, and MySQL takes it back.
          if (usable) connection.release();
          else connection.destroy();
        }
      },
      // Whether a COMMIT whose answer is lost was done, nobody knows: the order may stand twice.
      () => !committing,
    );
  }

  async close() {
    await this.#pool.end();
  }

  #retrying(work, allowed = () => true) {
    return pRetry(() => this.#noticing(work), {
      retries: 3,
      minTimeout: 50,
      randomize: true,
      shouldRetry: ({ error }) => isPassing(error) && allowed(),
      onFailedAttempt: ({ error }) => this.#log.warn({ code: error.code }, 'MySQL failed'),
    });
  }

  async #noticing(work) {
    try {
      return await work();
    } catch (error) {
      this.#refused(error);
      throw error;
    }
  }
}
