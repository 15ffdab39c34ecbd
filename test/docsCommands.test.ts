import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inProcess } from '../packages/ocelli/test/inProcess.ts';

// What the pages tell people to type: commands that exist, with options that exist.

const root = join(import.meta.dirname, '..');
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md') && !/^(features|proofs)/.test(name))
    .map((name) => `docs/${name}`),
];

/** The command lines in the shell blocks of a page, continued lines joined. */
function commandsOf(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  const blocks = Array.from(text.matchAll(/^```sh\n(.*?)^```$/gms), ([, code = '']) => code);
  return blocks
    .flatMap((code) => code.replaceAll('\\\n', ' ').split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line.startsWith('npx ocelli '));
}

/** What a command line asks for that its command does not have. */
async function unknownIn(line: string): Promise<string[]> {
  const [command = '', ...words] = line.replace(/^npx ocelli /, '').split(/\s+/);
  if (command.startsWith('-')) return [];
  const { out } = await inProcess(command, '--help');
  if (!out.startsWith(`Usage: ocelli ${command} `)) return [command];
  const options = words.flatMap((word) => /^--[a-z-]+/.exec(word) ?? []);
  return options.filter((option) => !new RegExp(`${option}\\b(?!-)`).test(out));
}

test.each(pages)('%s names commands and options that there are', async (page) => {
  for (const line of commandsOf(page)) expect([line, await unknownIn(line)]).toEqual([line, []]);
});

test('the tutorial goes from drawing to repeating, and an option that is not there is found', async () => {
  const commands = commandsOf('docs/tutorial.md').map((line) => line.split(' ')[2]);
  expect(commands).toEqual(
    'doctor draw inspect train evaluate draw explain explain predict rerun'.split(' '),
  );
  expect(await unknownIn('npx ocelli predict a.jpg --rn x')).toEqual(['--rn']);
  expect(await unknownIn('npx ocelli predikt a.jpg')).toEqual(['predikt']);
});
