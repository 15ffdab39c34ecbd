import { defineSchema } from '../attributeSchema.ts';
import type { ClassOf } from '../attributeSchema.ts';

/** The eight attributes of a person and their 27 classes, each list in alphabetical order. */
export const personSchema = defineSchema({
  gender: ['female', 'male'],
  imagequality: ['Average', 'Bad', 'Good'],
  age: ['15-25', '25-35', '35-45', '45-55', '55+'],
  weight: ['normal-healthy', 'over-weight', 'slightly-overweight', 'underweight'],
  carryingbag: ['Daily/Office/Work Bag', 'Grocery/Home/Plastic Bag', 'None'],
  footwear: ['CantSee', 'Fancy', 'Normal'],
  emotion: ['Angry/Serious', 'Happy', 'Neutral', 'Sad'],
  bodypose: ['Back', 'Front-Frontish', 'Side'],
});

/** The schema of drawn and of real persons alike. */
export type PersonSchema = typeof personSchema;

/** Everything that is to be seen of one person. */
export type PersonLabels = {
  readonly [Name in keyof PersonSchema]: ClassOf<PersonSchema, Name>;
};

/**
 * How often each class occurred among the 13,573 persons of the founding table, in the order of
 * {@link personSchema}.
 */
export const personCounts: { readonly [Name in keyof PersonSchema]: readonly number[] } = {
  gender: [5937, 7636],
  imagequality: [7509, 2240, 3824],
  age: [2494, 5411, 3435, 1490, 743],
  weight: [8628, 891, 3196, 858],
  carryingbag: [4603, 1321, 7649],
  footwear: [5028, 2507, 6038],
  emotion: [1500, 1609, 9660, 804],
  bodypose: [2207, 8383, 2983],
};

/** Share of persons seen from behind to whom the founding table gives another emotion than Neutral. */
export const contradictionShare: number = 111 / 2207;
