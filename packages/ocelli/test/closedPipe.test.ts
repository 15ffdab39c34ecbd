import { expect, test } from 'vitest';
import { patience, startCommand } from './commandLine.ts';
import { temporaryFolder } from './dataTree.ts';

test(
  'a reader that has seen enough ends no command',
  async () => {
    const { child, outcome } = startCommand(temporaryFolder(), ['train', '--help']);
    child.stdout?.destroy();
    const { exitCode, err } = await outcome;
    expect([exitCode, err]).toEqual([0, '']);
  },
  patience,
);
