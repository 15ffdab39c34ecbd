import { afterEach, expect, test, vi } from 'vitest';
import { recipeArguments } from './recipeArguments.ts';

const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
afterEach(() => printed.mockClear());

const defaults = { data: '', epochs: 20, weightDecay: 5e-4 };

test('without options: the constants as they are, and nothing printed', () => {
  expect(recipeArguments(defaults, [])).toEqual(defaults);
  expect(printed).not.toHaveBeenCalled();
});

test('options replace constants, numbers stay numbers, and the change is printed', () => {
  const words = ['--epochs', '1', '--data', '5', '--weight-decay=0'];
  expect(recipeArguments(defaults, words)).toEqual({ data: '5', epochs: 1, weightDecay: 0 });
  expect(printed).toHaveBeenCalledExactlyOnceWith(
    'overridden: data 5, epochs 1 (not 20), weightDecay 0 (not 0.0005)\n',
  );
});

test.each([
  [
    ['--epoch', '3'],
    'recipe: expected options among --data, --epochs, --weight-decay, got "--epoch". Did you mean "--epochs"?',
  ],
  [['--epochs', 'three'], 'recipe: expected --epochs to be a number, got "three".'],
  [['--epochs'], 'recipe: expected --epochs to be followed by a value, got undefined.'],
  [['stray'], 'recipe: expected options among --data, --epochs, --weight-decay, got "stray".'],
  [
    ['--epochs', '1', 'stray'],
    'recipe: expected options among --data, --epochs, --weight-decay, got "stray".',
  ],
])('%j is refused', (words, message) => {
  expect(() => recipeArguments(defaults, words)).toThrow(expect.objectContaining({ message }));
});
