import {
  CheckpointError,
  DataError,
  DeviceError,
  empty,
  OptionError,
  ShapeError,
} from '@ocelli/torch';
import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { NumericError } from '../train/loop/lossWatch.ts';
import { RunLockedError } from '../train/runFolder/runLock.ts';
import { failureOf } from './failure.ts';

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: it failed, write`), { code, syscall: 'write' });
}

const cases: [Error, number][] = [
  [new OptionError('x'), 2],
  [new RunLockedError('x'), 3],
  [new DataError('x'), 4],
  [systemError('ENOENT'), 4],
  [systemError('EISDIR'), 4],
  [systemError('ENOSPC'), 5],
  [systemError('EIO'), 5],
  [new DataError('x', { cause: systemError('ENOSPC') }), 5],
  [new NumericError('x'), 6],
  [new DeviceError('x'), 9],
  [new CheckpointError('x'), 10],
  [new ShapeError('x'), 1],
];

test.each(cases)('%s: one line without a stack, exit code %i', (error, exitCode) => {
  expect(failureOf(error)).toEqual({ text: `error: ${error.message}`, exitCode });
});

test.each([
  ['ENOENT', 'no such file or folder (ENOENT). Check how it is spelt.'],
  ['EISDIR', 'a folder (EISDIR).'],
])('what the system refuses is said with its path: %s', (code, got) => {
  const error = Object.assign(systemError(code), { path: 'a/photo.jpg' });
  expect(failureOf(error)).toEqual({
    text: `error: a/photo.jpg: expected a file that can be opened, got ${got}`,
    exitCode: 4,
  });
});

test('running out of memory names the option to turn', () => {
  const said = 'DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes.\nframe #0';
  expect(failureOf(new Error(said))).toEqual({
    text: 'error: DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes. Try a smaller --batch-size; ocelli summary says which fits.',
    exitCode: 7,
  });
});

test('a fault of our own comes with its stack, to be reported', () => {
  const { text, exitCode } = failureOf(new TypeError('undefined is not a function'));
  expect(text).toMatch(/^internal error: TypeError: undefined is not a function\n +at /);
  expect(exitCode).toBe(1);
});

test('what commander found wrong becomes one sentence', () => {
  const message = "error: unknown option '--epohcs'\n(Did you mean --epochs?)";
  expect(failureOf(new CommanderError(1, 'commander.unknownOption', message))).toEqual({
    text: 'error: unknown option --epohcs. Did you mean --epochs?',
    exitCode: 2,
  });
});

test('a word that is like no other is looked up in the help', () => {
  const failure = new CommanderError(1, 'commander.unknownOption', "error: unknown option '--zz'");
  expect(failureOf(failure).text).toBe(
    'error: unknown option --zz. Add --help to see what there is.',
  );
});

test('help and version are no failures', () => {
  expect(failureOf(new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)'))).toEqual({
    text: '',
    exitCode: 0,
  });
});

test('memory that libtorch cannot have is told as such, with what helps', () => {
  let thrown: unknown;
  try {
    empty([1e8, 1e8]); // 40 PB
  } catch (error) {
    thrown = error;
  }
  expect(failureOf(thrown)).toMatchObject({
    text: expect.stringContaining('Try a smaller --batch-size') as string,
    exitCode: 7,
  });
});
