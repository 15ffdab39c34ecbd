import { describe, expect, it } from 'vitest';
import { OptionError } from './errors.ts';
import { OptionCheck, readOptions } from './options.ts';

interface Sample {
  stride?: number;
  padding?: number;
}

const check = new OptionCheck('Conv2d');
const read = (options: object) => readOptions<Sample>('Conv2d', options, ['stride', 'padding']);

describe('readOptions', () => {
  it('returns the options it was given', () => {
    const options = { stride: 2 };
    expect(read(options)).toBe(options);
  });

  it('names the unknown key and the nearest known one', () => {
    expect(() => read({ strde: 2 })).toThrow(
      new OptionError(
        'Conv2d: expected options to be among stride, padding, got "strde". Did you mean "stride"?',
      ),
    );
  });

  it('suggests nothing where nothing is near', () => {
    expect(() => read({ colour: 2 })).toThrow(
      new OptionError('Conv2d: expected options to be among stride, padding, got "colour".'),
    );
  });

  it('says so where there are no options at all', () => {
    expect(() => readOptions('ReLU', { slope: 1 }, [])).toThrow(
      new OptionError('ReLU: expected no options, got "slope".'),
    );
  });
});

describe('OptionCheck', () => {
  it.each([
    ['stride', 0, 1, 'Conv2d: expected stride to be a positive integer, got 0.'],
    ['stride', 1.5, 1, 'Conv2d: expected stride to be a positive integer, got 1.5.'],
    ['padding', -1, 0, 'Conv2d: expected padding to be an integer of 0 or more, got -1.'],
    ['splits', 1, 2, 'Conv2d: expected splits to be an integer of at least 2, got 1.'],
  ])('refuses %s %s as an integer of at least %s', (option, value, least, message) => {
    expect(() => check.integer(option, value, least)).toThrow(new OptionError(message));
  });

  it('repeats one number for both extents and keeps a pair', () => {
    expect(check.pair('stride', 2, 1)).toEqual([2, 2]);
    expect(check.pair('stride', [2, 3], 1)).toEqual([2, 3]);
  });

  it.each([[[1]], [[1, 2, 3]], [[1, 0]], [0.5], [['1', 2]]])('refuses %j as a pair', (value) => {
    expect(() => check.pair('stride', value as unknown as number, 1)).toThrow(
      new OptionError(
        'Conv2d: expected stride to be a positive integer, or [height, width] of two, ' +
          `got ${JSON.stringify(value)}.`,
      ),
    );
  });

  it('holds numbers within their bounds', () => {
    expect(check.number('p', 1, [0, 1])).toBe(1);
    expect(() => check.number('p', 1.1, [0, 1])).toThrow(
      new OptionError('Conv2d: expected p to be a number from 0 to 1, got 1.1.'),
    );
    expect(() => check.number('gamma', -1, [0])).toThrow(
      new OptionError('Conv2d: expected gamma to be a number of at least 0, got -1.'),
    );
    expect(() => check.positive('eps', 0)).toThrow(
      new OptionError('Conv2d: expected eps to be a number above 0, got 0.'),
    );
    expect(() => check.number('mean', NaN, [])).toThrow(
      new OptionError('Conv2d: expected mean to be a number, got NaN.'),
    );
  });

  it('suggests the nearest choice', () => {
    expect(() => check.oneOf('paddingMode', 'reflct', ['zeros', 'reflect'])).toThrow(
      new OptionError(
        'Conv2d: expected paddingMode to be one of zeros, reflect, got "reflct". ' +
          'Did you mean "reflect"?',
      ),
    );
  });

  it('takes only true and false as a flag', () => {
    expect(() => check.flag('bias', 1 as unknown as boolean)).toThrow(
      new OptionError('Conv2d: expected bias to be true or false, got 1.'),
    );
  });
});
