// What Sequelize calls of the package `sqlite3`, on the SQLite that Node.js carries: nothing to compile, nothing to download.

const { DatabaseSync } = require("node:sqlite");

const CONSTRAINT = 19; // https://sqlite.org/rescode.html#constraint

const plain = (value) => (typeof value === "boolean" ? Number(value) : value ?? null);
const bound = (parameters) =>
  Array.isArray(parameters)
    ? parameters.map(plain)
    : [Object.fromEntries(Object.entries(parameters ?? {}).map(([name, value]) => [name, plain(value)]))];

class Database {
  constructor(file, _mode, done) {
    this.database = new DatabaseSync(file);
    queueMicrotask(() => done?.call(this, null));
  }

  serialize(work) {
    work();
  }

  run(sql, parameters, done) {
    return this.#perform((statement, values) => statement.run(...values), sql, parameters, done);
  }

  all(sql, parameters, done) {
    return this.#perform((statement, values) => statement.all(...values), sql, parameters, done);
  }

  exec(sql, done) {
    return this.#answer(() => this.database.exec(sql), done);
  }

  close(done) {
    this.database.close();
    queueMicrotask(() => done?.(null));
  }

  #perform(how, sql, parameters, done) {
    if (typeof parameters === "function") [parameters, done] = [[], parameters];
    return this.#answer(() => {
      const statement = this.database.prepare(sql);
      statement.setAllowUnknownNamedParameters(true);
      return how(statement, bound(parameters));
    }, done);
  }

  #answer(work, done) {
    let result;
    let failure = null;
    try {
      result = work();
    } catch (error) {
      failure = error;
      if ((error.errcode & 0xff) === CONSTRAINT) {
        failure.code = "SQLITE_CONSTRAINT";
        failure.message = `SQLITE_CONSTRAINT: ${error.message}`;
      }
    }
    const context = { lastID: Number(result?.lastInsertRowid ?? 0), changes: Number(result?.changes ?? 0) };
    queueMicrotask(() => done?.call(context, failure, result));
    return this;
  }
}

module.exports = { Database, OPEN_READONLY: 1, OPEN_READWRITE: 2, OPEN_CREATE: 4 };
