// What the user sees, and the log file with everything else.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const progressAfterMs = 2000;
const plainLineEveryMs = 15_000;

export class Log {
  #path;
  #out;
  #written = false;
  #spoke = false;

  constructor(path, out = process.stdout) {
    this.#path = path;
    this.#out = out;
  }

  get path() {
    return this.#path;
  }

  /** Whether anything was said: a set-up with nothing to do sums up in one line instead. */
  get spoke() {
    return this.#spoke;
  }

  say(line) {
    this.#spoke = true;
    this.#out.write(`${line}\n`);
    this.detail(`${line}\n`);
  }

  detail(text) {
    if (!this.#written) mkdirSync(dirname(this.#path), { recursive: true });
    (this.#written ? appendFileSync : writeFileSync)(this.#path, text);
    this.#written = true;
  }

  /**
   * Says what begins and, from the second second on, that it goes on: on a terminal one line that
   * is rewritten, elsewhere a plain line now and then. `step.note` may be changed on the way.
   */
  async during(title, work) {
    const step = { note: '' };
    const ticker = this.#out.isTTY ? new TerminalTicker(this.#out) : new PlainTicker(this.#out);
    const begun = performance.now();
    const seconds = () => Math.round((performance.now() - begun) / 1000);
    const line = () => `${title}${step.note && ` ${step.note}`} ... ${seconds()} s`;
    if (!this.#out.isTTY) this.say(`${title} ...`);
    const timer = setInterval(() => ticker.tick(line()), this.#out.isTTY ? 200 : 1000);
    try {
      const result = await work(step);
      ticker.clear();
      this.say(`${title}: done in ${seconds()} s`);
      return result;
    } finally {
      clearInterval(timer);
      ticker.clear();
    }
  }
}

class TerminalTicker {
  #out;
  constructor(out) {
    this.#out = out;
  }
  tick(line) {
    this.#out.write(`\r\u001b[K${line.slice(0, (this.#out.columns ?? 80) - 1)}`);
  }
  clear() {
    this.#out.write('\r\u001b[K');
  }
}

class PlainTicker {
  #out;
  #next = performance.now() + progressAfterMs;
  constructor(out) {
    this.#out = out;
  }
  tick(line) {
    if (performance.now() < this.#next) return;
    this.#out.write(`${line}\n`);
    this.#next = performance.now() + plainLineEveryMs;
  }
  clear() {}
}
