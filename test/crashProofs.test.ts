import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CheckpointError } from '@ocelli/torch';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../packages/ocelli/test/dataTree.ts';
import { epochEnded, runStarted } from '../packages/ocelli/test/scriptedRun.ts';
import { tinyTraining } from '../packages/ocelli/test/tinyTraining.ts';
import { createEmitter } from '../packages/ocelli/src/train/record/emitter.ts';
import { openEventLog } from '../packages/ocelli/src/train/record/eventLog.ts';
import { runSaver } from '../packages/ocelli/src/train/checkpoints/saver.ts';
import { createRunFolder } from '../packages/ocelli/src/train/runFolder/runFolder.ts';
import { damageOften } from '../scripts/proofs/bitflips.ts';
import { answerFaults } from '../scripts/proofs/diskFull.ts';
import { FaultyDisk } from '../scripts/proofs/faultyDisk.ts';
import { outcomeFaults } from '../scripts/proofs/oneWriter.ts';
import { differences, readRunFiles, withoutSeconds } from '../scripts/proofs/runFiles.ts';
import { standingOf, startFaults } from '../scripts/proofs/standing.ts';
import { endingFaults } from '../scripts/proofs/syscalls.ts';
import { findingOf } from '../scripts/proofs/tried.ts';

// The parts of long proofs that decide whether they hold: each has to say no where nothing was shown.

const root = temporaryFolder();

describe('a finding', () => {
  const tried = (count: number) => [{ what: 'kills', count, least: 3 }];

  it('holds if enough was tried and nothing went wrong', () => {
    expect(findingOf(tried(3), [])).toEqual({ held: true, figure: '3 kills, 0 went wrong' });
    expect(findingOf(tried(3), ['a crash'])).toEqual({
      held: false,
      figure: '3 kills, 1 went wrong; a crash',
    });
  });

  it('does not hold if too little was tried, or nothing', () => {
    expect(findingOf(tried(2), [])).toEqual({
      held: false,
      figure: '2 kills (fewer than 3), 0 went wrong',
    });
    expect(findingOf([], []).held).toBe(false);
    expect(findingOf([{ what: 'kills', count: 0, least: 0 }], []).held).toBe(false);
  });
});

describe('where a process begins on a run', () => {
  const before = { step: 6, starts: [0] };

  it.each<[string, readonly number[], readonly string[]]>([
    ['its checkpoint is right', [0, 6], []],
    ['its seed is wrong', [0, 0], ['it began at step 0, its checkpoint is of step 6']],
    ['an older checkpoint is wrong', [0, 3], ['it began at step 3, its checkpoint is of step 6']],
    ['its checkpoint, twice, is wrong', [0, 6, 6], ['it began 2 times']],
    ['nowhere is wrong', [0], ['it is not on record where it began']],
  ])('%s', (_, starts, faults) => {
    expect(startFaults(before, { step: 9, starts })).toEqual(faults);
  });

  it('may be nowhere where it was killed', () => {
    expect(startFaults(before, before, true)).toEqual([]);
  });
});

/** A run of so many epochs; the clock of its results and checkpoints is another each time. */
async function scripted(epochs: number): Promise<string> {
  const folder = createRunFolder(root, 'run');
  const log = openEventLog(folder.events);
  const saver = runSaver({ ...tinyTraining(), folder });
  const emit = createEmitter([log.consume, saver.consume]);
  await emit(runStarted());
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const ended = epochEnded(epoch, 100 + 10 * epoch);
    await emit({ ...ended, progress: { ...ended.progress, seconds: performance.now() } });
  }
  log.close();
  return folder.path;
}

describe('the files of a run', () => {
  it('are the same for two runs that came to the same, whenever that was', async () => {
    const [one, two] = [await scripted(2), await scripted(2)].map(readRunFiles);
    expect(differences(one ?? fail(), [two ?? fail()])).toEqual([]);
  });

  it('are told apart part by part', async () => {
    const [shorter, longer] = [await scripted(1), await scripted(2)].map(readRunFiles);
    const before = shorter ?? fail();
    const after = longer ?? fail();
    expect(differences(after, [before])).toEqual([
      'the record is another',
      'the results is another',
      'the newest checkpoint is another',
      'the best weights is another',
      'the last weights is another',
    ]);
    const between = { ...before, record: after.record };
    expect(differences(between, [before, after])).toEqual([]);
    expect(differences({ ...between, 'best weights': '' }, [before, after])).toEqual([
      'the best weights is another',
    ]);
  });

  it.each([
    'weights/best.safetensors',
    'weights/last.safetensors',
    'checkpoints/step-10-epoch-1-accuracy-0.5500/state.json',
    'checkpoints/step-20-epoch-2-accuracy-0.6000/weights.safetensors',
  ])('are refused where %s is damaged', async (name) => {
    const path = await scripted(2);
    appendFileSync(join(path, name), 'x');
    expect(() => readRunFiles(path)).toThrow(CheckpointError);
  });

  it('say where the run stands', async () => {
    expect(standingOf(await scripted(2))).toEqual({ step: 20, starts: [0] });
    expect(standingOf(join(root, 'nowhere'))).toEqual({ step: 0, starts: [] });
  });

  it('have results without the time they took', () => {
    expect(withoutSeconds('epoch,seconds,loss\n1,2.5,0.1\n')).toBe('epoch,loss\n1,0.1\n');
  });
});

const fail = (): never => {
  throw new Error('internal: no such run');
};

describe('the ending of a run', () => {
  it.each([
    ['killed at the call', { call: 'write', exitCode: null, signal: 'SIGKILL' }, []],
    ['crashed', { call: 'write', exitCode: null, signal: 'SIGSEGV' }, ['it ended with SIGSEGV']],
    ['alive after the call', { call: 'write', exitCode: 0, signal: null }, ['it ended with 0']],
    ['done before the call', { exitCode: 0, signal: null }, []],
    ['killed by another', { exitCode: null, signal: 'SIGKILL' }, ['it ended with SIGKILL']],
  ] as const)('killed at a system call: %s', (_, ending, faults) => {
    expect(endingFaults(ending)).toEqual(faults);
  });

  const full = { call: 'write', signal: null, isWhole: false };
  const err = 'error: could not be saved: a full disk (ENOSPC).';
  it.each([
    ['said so', { ...full, exitCode: 5, err }, true],
    ['wrote all in the end', { ...full, exitCode: 0, err: '', isWhole: true }, true],
    ['ended as if all were written', { ...full, exitCode: 0, err: '' }, false],
    ['gave another reason', { ...full, exitCode: 5, err: 'error: a device error (EIO).' }, false],
    ['crashed', { ...full, exitCode: null, signal: 'SIGABRT', err }, false],
    ['had another exit code', { ...full, exitCode: 1, err }, false],
  ] as const)('on a full disk: %s', (_, ending, isRight) => {
    expect(answerFaults(ending).length).toBe(isRight ? 0 : 1);
  });

  it('says so where the disk was full that nobody filled', () => {
    expect(answerFaults({ exitCode: 5, signal: null, err, isWhole: false }).length).toBe(1);
  });

  const won = { exitCode: 0, out: '', err: '' };
  const refused = { exitCode: 3, out: '', err: 'error: runs/a/1 is in use by process 7 on here.' };
  it.each([
    ['one wins', [won, refused], true],
    ['the other wins', [refused, won], true],
    ['both win', [won, won], false],
    ['none wins', [refused, refused], false],
    ['the other crashes', [won, { ...refused, exitCode: null }], false],
    ['the other gives no reason', [won, { ...refused, err: '' }], false],
  ] as const)('of two processes: %s', (_, outcomes, isRight) => {
    expect(outcomeFaults(outcomes).length).toBe(isRight ? 0 : 1);
  });
});

describe('damage to what was saved', () => {
  const path = join(root, 'saved');
  const reading = (read: () => unknown) => {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'file'), 'content');
    return damageOften([{ path, read }], { folder: root, flips: 4 });
  };

  it('is not shown to be found by a reader that reads everything', () => {
    const finding = reading(() => 'content');
    expect(finding.held).toBe(false);
    expect(finding.figure).toContain('missed: file');
  });

  it('is not shown to be found by a reader that refuses everything', () => {
    const finding = reading(() => {
      throw new CheckpointError('refused');
    });
    expect(finding.held).toBe(false);
    expect(finding.figure).toContain('4 went wrong; refused before it was damaged');
  });
});

describe.runIf(process.platform === 'linux')('a faulty disk', () => {
  const below = join(root, 'below');
  /** Writes a file there from a process of its own. */
  const write = (env: NodeJS.ProcessEnv) => {
    const program = `require('node:fs').writeFileSync(${JSON.stringify(join(below, 'file'))}, 'x')`;
    return spawnSync(process.execPath, ['-e', program], {
      env: { ...process.env, ...env },
      encoding: 'utf8',
    });
  };

  it('makes the chosen call go wrong, and says which that was, if it came to it', () => {
    mkdirSync(below);
    const disk = new FaultyDisk(root, [below]);
    expect(write(disk.environment()).status).toBe(0);
    const calls = disk.takeCount();
    expect([calls >= 2, disk.takeFault()]).toEqual([true, undefined]); // it opens and writes

    expect(write(disk.environment({ kind: 'ENOSPC', call: 1 })).stderr).toContain('ENOSPC');
    expect(disk.takeFault()).toMatch(/^open/);
    expect(write(disk.environment({ kind: 'KILL', call: 2 })).signal).toBe('SIGKILL');
    expect(disk.takeFault()).toMatch(/write/);
    expect(write(disk.environment({ kind: 'KILL', call: calls + 1 })).status).toBe(0);
    expect(disk.takeFault()).toBeUndefined();
  });
});
