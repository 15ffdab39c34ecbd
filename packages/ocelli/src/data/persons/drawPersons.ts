import fs from 'node:fs';
import path from 'node:path';
import { DataError, OptionCheck } from '@ocelli/torch';
import { attributeNames } from '../attributeSchema.ts';
import { systemReason } from '../systemReason.ts';
import { Dice } from './dice.ts';
import { drawing } from './drawing.ts';
import { personLabels } from './personLabels.ts';
import { personSchema } from './personSchema.ts';
import type { PersonLabels } from './personSchema.ts';
import { photograph } from './quality.ts';

/** How a set of persons is drawn. */
export interface DrawPersonsOptions {
  /** Pictures. @default 2000 */
  count?: number;
  /** Side of the square pictures in pixels. @default 112 */
  size?: number;
  /** The same seed draws the same persons. @default 0 */
  seed?: number;
  /** Share of the labels that are wrong in the table, as those of tired people are. @default 0.02 */
  wrong?: number;
  /** Share of the labels that are missing in the table. @default 0.02 */
  missing?: number;
  /** Called after each picture. */
  onDraw?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** What was drawn. */
export interface DrawnPersons {
  /** `labels.csv`: `image_path` and the eight attributes. */
  readonly table: string;
  readonly count: number;
  /** Labels that were made wrong, and left out, in the table. */
  readonly wrongLabels: number;
  readonly missingLabels: number;
}

/** Pictures in work at once: libuv draws on four threads. */
const IN_FLIGHT = 8;

/**
 * Draws a set of persons: `labels.csv` and `images/<n>.jpg` in a folder, like anyone's data set.
 *
 * Each picture shows all eight attributes of {@link personSchema}, in the shares of the founding table.
 *
 * @throws {DataError} if the folder cannot be written or holds files.
 * @throws {OptionError} if an option is unknown or has a value it does not allow.
 */
export async function drawPersons(
  folder: string,
  options: DrawPersonsOptions = {},
): Promise<DrawnPersons> {
  const { count, size, seed, wrong, missing, onDraw } = withDefaults(options);
  prepare(folder);
  const persons = personLabels(count, seed);
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const labels = persons[index];
      if (labels === undefined) return;
      await drawOne(path.join(folder, pathOf(index)), { labels, size, seed: [seed, index] });
      onDraw({ done: ++done, total: count });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  const table = path.join(folder, 'labels.csv');
  const noise = new Noise(new Dice(seed, count), { wrong, missing });
  const lines = persons.map((labels, index) => noise.line(pathOf(index), labels));
  const header = ['image_path', ...attributeNames(personSchema)].join(',');
  fs.writeFileSync(table, `${[header, ...lines].join('\n')}\n`);
  return { table, count, wrongLabels: noise.wrong, missingLabels: noise.missing };
}

function pathOf(index: number): string {
  return `images/${String(index).padStart(5, '0')}.jpg`;
}

async function drawOne(
  file: string,
  { labels, size, seed }: { labels: PersonLabels; size: number; seed: readonly [number, number] },
): Promise<void> {
  const dice = new Dice(...seed, 1);
  const quality = labels.imagequality;
  const picture = await photograph(drawing(labels, ...seed), size, { quality, dice });
  const bytes = await picture.jpeg({ quality: quality === 'Bad' ? 60 : 90 }).toBuffer();
  await fs.promises.writeFile(file, bytes);
}

/** What people who label do wrong. */
class Noise {
  wrong = 0;
  missing = 0;
  readonly #dice: Dice;
  readonly #shares: { readonly wrong: number; readonly missing: number };

  constructor(dice: Dice, shares: { readonly wrong: number; readonly missing: number }) {
    this.#dice = dice;
    this.#shares = shares;
  }

  /** A row of the table. None of the classes needs quotes. */
  line(file: string, labels: PersonLabels): string {
    const cells = attributeNames(personSchema).map((name) =>
      this.#cell(personSchema[name], labels[name]),
    );
    return [file, ...cells].join(',');
  }

  #cell(classes: readonly string[], label: string): string {
    if (this.#dice.chance(this.#shares.missing)) {
      this.missing++;
      return '';
    }
    if (!this.#dice.chance(this.#shares.wrong)) return label;
    this.wrong++;
    const others = classes.filter((other) => other !== label);
    return others[this.#dice.below(others.length)] ?? label;
  }
}

/** Files that are there already are left alone. */
function prepare(folder: string): void {
  if (fs.existsSync(folder) && fs.readdirSync(folder).length > 0) {
    throw new DataError(
      `${folder}: expected a new or empty folder to draw into, got one with files. ` +
        'Name another one, or empty it.',
    );
  }
  try {
    fs.mkdirSync(path.join(folder, 'images'), { recursive: true });
  } catch (cause) {
    const got = systemReason(cause);
    throw new DataError(`${folder}: expected a folder to draw into, got ${got}.`, { cause });
  }
}

function withDefaults(options: DrawPersonsOptions): Required<DrawPersonsOptions> {
  const check = new OptionCheck('drawPersons');
  const {
    count = 2000,
    size = 112,
    seed = 0,
    wrong = 0.02,
    missing = 0.02,
  } = check.read(options, ['count', 'size', 'seed', 'wrong', 'missing', 'onDraw']);
  return {
    count: check.integer('count', count, 1),
    size: check.integer('size', size, 16),
    seed: check.integer('seed', seed, 0),
    wrong: check.number('wrong', wrong, [0, 1]),
    missing: check.number('missing', missing, [0, 1]),
    onDraw: options.onDraw ?? (() => undefined),
  };
}
