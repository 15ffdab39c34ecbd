import { describe, expect, test } from 'vitest';
import type { AttributeSchema } from './attributeSchema.ts';
import { attributeNames, defineSchema, headSizes } from './attributeSchema.ts';

describe('defineSchema', () => {
  test('keeps the order of attributes and classes', () => {
    const schema = defineSchema({ pose: ['Side', 'Back'], bag: ['None', 'Daily/Office/Work Bag'] });
    expect(attributeNames(schema)).toEqual(['pose', 'bag']);
    expect(schema.pose).toEqual(['Side', 'Back']);
  });

  test('gives the sizes of the heads', () => {
    expect(headSizes({ gender: ['f', 'm'], age: ['a', 'b', 'c'] })).toEqual({ gender: 2, age: 3 });
  });

  const refused: [AttributeSchema, string][] = [
    [{}, 'schema: expected at least one attribute, got none.'],
    [
      { 7: ['a', 'b'] },
      'schema: expected attributes to have names that are no whole numbers, got "7". Rename it.',
    ],
    [
      { pose: ['Back', 'Side', 'Back'] },
      'schema: expected attribute "pose" to have classes of different names, got "Back" twice.',
    ],
    [
      { pose: ['Back', ''] },
      'schema: expected attribute "pose" to have classes with names, got an empty one.',
    ],
    [
      { pose: ['Back'] },
      'schema: expected attribute "pose" to have at least two classes, got "Back" alone. Leave it out.',
    ],
  ];
  test.each(refused)('refuses %j', (schema, message) => {
    expect(() => defineSchema(schema)).toThrow(message);
  });
});
