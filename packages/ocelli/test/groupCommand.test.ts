import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runFolderAt } from '../src/train/runFolder/runFolder.ts';
import { patience, runCommand } from './commandLine.ts';
import { temporaryFolder } from './dataTree.ts';
import { drawPictures } from './drawnPictures.ts';

// `ocelli train` with a group of two tiny experiments: its table, and how it goes on.

const folder = temporaryFolder();
const rates = {
  name: 'rates',
  experiments: [
    { name: 'low', lr: 0.1 },
    { name: 'high', lr: 0.3 },
  ],
};
const shared = { data: 'pictures', model: 'resnet20', batchSize: 12, threads: 1 };

beforeAll(async () => {
  await drawPictures(join(folder, 'pictures'), { train: 4, test: 2 });
  writeFileSync(join(folder, 'rates.json'), JSON.stringify({ ...rates, shared }));
});

const train = (name: string, epochs: number, listener?: (piece: string) => void) => {
  const how = ['--run-name', name, '--epochs', String(epochs), '--progress', 'line', '--no-report'];
  return runCommand(folder, ['train', 'rates.json', ...how], listener);
};

/** The runs of a group, with what `group.json` says of each. */
function listed(name: string): unknown[] {
  const text = readFileSync(join(folder, 'runs', name, 'group.json'), 'utf8');
  const { runs } = JSON.parse(text) as { runs: { folder: string; outcome: string }[] };
  return runs.map((run) => [run.folder, run.outcome]);
}

const rowOf = (name: string, lr: number) =>
  new RegExp(`^runs/${name} +(\\d+\\.\\d\\d% +){2}\\S+ +[12]/[12] +\\S+ +[\\d,]+ +${lr}$`, 'm');

test(
  'both experiments are run and stand in one table; the same command finds them complete',
  async () => {
    const { exitCode, out, err } = await train('whole', 1);
    expect(exitCode).toBe(0);
    expect(err).toContain('\n[1/2] low, seed 0\n');
    expect(err).toContain('completed: runs/whole/high/1\n');
    const table = out.slice(out.indexOf('\nrun '));
    expect(table).toMatch(
      /^\nrun +val acc +baseline +val loss +best epoch +time +parameters +--lr$/m,
    );
    expect(table).toMatch(rowOf('whole/low/1', 0.1));
    expect(table).toMatch(rowOf('whole/high/1', 0.3));
    const again = await train('whole', 1);
    expect(again).toMatchObject({ exitCode: 0, out: table });
    expect(again.err).toBe(
      '\n[1/2] low, seed 0\nalready complete: runs/whole/low/1\n' +
        '\n[2/2] high, seed 0\nalready complete: runs/whole/high/1\n',
    );
    expect(listed('whole')).toEqual([
      ['low/1', 'earlier'],
      ['high/1', 'earlier'],
    ]);
  },
  patience,
);

test(
  'stopped in the second run, the same command finishes that one',
  async () => {
    let begun = 0;
    const stopping = (piece: string): void => {
      if (piece.startsWith('epoch: 1/2') && ++begun === 2) process.emit('SIGINT', 'SIGINT');
    };
    const stopped = await train('broken', 2, stopping);
    expect(stopped.exitCode).toBe(130);
    expect(stopped.err).toContain(
      'Stopped in run 2 of 2; everything is saved. The same command goes on.\n',
    );
    expect(listed('broken')).toEqual([
      ['low/1', 'completed'],
      ['high/1', 'interrupted'],
    ]);
    const { exitCode, out, err } = await train('broken', 2);
    expect(exitCode).toBe(0);
    expect(err).toContain('already complete: runs/broken/low/1\n');
    expect(err).toContain('completed: runs/broken/high/1\n');
    expect(out).toMatch(rowOf('broken/high/1', 0.3));
    expect(readdirSync(join(folder, 'runs/broken/high'))).toEqual(['1']);
  },
  patience,
);

test(
  'a damaged record is named once and passed over, and the others are shown',
  async () => {
    await train('torn', 1);
    truncateSync(runFolderAt(join(folder, 'runs/torn/low/1')).experiment, 40);
    writeFileSync(runFolderAt(join(folder, 'runs/torn/high/1')).environment, '{');
    const { exitCode, out, err } = await train('torn', 1);
    // Whose settings low/1 had nobody knows; of high/1 only the machine is unknown.
    expect(exitCode).toBe(4);
    const damage = 'expected JSON as Ocelli writes it, got a damaged file';
    expect(err.match(/^.*damaged file.*$/gm)).toEqual([
      expect.stringContaining(
        `warning: runs/torn/low/1 is passed over: runs/torn/low/1/experiment.json: ${damage}`,
      ),
      expect.stringContaining(`error: runs/torn/high/1/environment.json: ${damage}`),
    ]);
    expect(out).toMatch(/^runs\/torn\/low\/2 +\d/m);
    expect(listed('torn')).toEqual([
      ['low/2', 'completed'],
      ['high/1', 'earlier'],
    ]);
  },
  patience,
);
