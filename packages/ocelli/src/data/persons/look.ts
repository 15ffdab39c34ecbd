import type { Dice } from './dice.ts';
import {
  CLOTHES,
  FANCY_SHOES,
  GREYING,
  HAIRS,
  OFFICE_BAGS,
  PLAIN_SHOES,
  SHOPPING_BAGS,
  SKINS,
  TROUSERS,
  WHITES,
} from './palette.ts';
import type { PersonLabels } from './personSchema.ts';

/** From which side a person is seen. */
export type View = 'front' | 'side' | 'back';

/** What distinguishes this person from others with the same labels, and the labels as measures. */
export interface Look {
  readonly labels: PersonLabels;
  readonly view: View;
  readonly isFemale: boolean;
  /** From 0 (15 to 25 years) to 4 (55 and more). */
  readonly ageStep: number;
  /** Width of the body beside a usual one. */
  readonly girth: number;
  readonly skin: string;
  /** A darker tone of the skin, for ears, nose and lines. */
  readonly skinShade: string;
  readonly hair: string;
  readonly hairStyle: HairStyle;
  readonly top: string;
  readonly topShade: string;
  readonly bottom: string;
  readonly bottomShade: string;
  readonly outfit: 'dress' | 'skirt' | 'trousers' | 'shorts';
  readonly shoe: string;
  readonly bag: string;
  readonly bagKind: 0 | 1;
  readonly hasGlasses: boolean;
  readonly hasBeard: boolean;
  /** Legs apart and arms swung, −1 to 1. */
  readonly stride: number;
}

export type HairStyle = 'long' | 'bob' | 'bun' | 'ponytail' | 'short' | 'tuft' | 'parted' | 'bald';

const AGES = ['15-25', '25-35', '35-45', '45-55', '55+'] as const;
const GIRTHS = {
  underweight: 0.7,
  'normal-healthy': 1,
  'slightly-overweight': 1.3,
  'over-weight': 1.68,
} as const;
const VIEWS = { 'Front-Frontish': 'front', Side: 'side', Back: 'back' } as const;

/** Throws everything about a person that the labels leave open. */
export function lookOf(labels: PersonLabels, dice: Dice): Look {
  const isFemale = labels.gender === 'female';
  const ageStep = AGES.indexOf(labels.age);
  const [skin, skinShade] = dice.pick(SKINS);
  const [top, topShade] = dice.pick(CLOTHES);
  const outfit = outfitOf(isFemale, ageStep, dice);
  const isSkirt = outfit === 'dress' || outfit === 'skirt';
  const [bottom, bottomShade] =
    outfit === 'dress' ? [top, topShade] : dice.pick(isSkirt ? CLOTHES : TROUSERS);
  const isFancy = labels.footwear === 'Fancy';
  const isShopping = labels.carryingbag === 'Grocery/Home/Plastic Bag';
  return {
    labels,
    view: VIEWS[labels.bodypose],
    isFemale,
    ageStep,
    girth: GIRTHS[labels.weight] * dice.between(0.95, 1.05),
    skin,
    skinShade,
    hair: hairColour(ageStep, dice),
    hairStyle: hairStyleOf(isFemale, ageStep, dice),
    top,
    topShade,
    bottom,
    bottomShade,
    outfit,
    shoe: dice.pick(isFancy ? FANCY_SHOES : PLAIN_SHOES),
    bag: dice.pick(isShopping ? SHOPPING_BAGS : OFFICE_BAGS),
    bagKind: dice.chance(0.5) ? 0 : 1,
    hasGlasses: dice.chance([0.04, 0.08, 0.15, 0.6, 0.7][ageStep] ?? 0),
    hasBeard: !isFemale && dice.chance([0, 0.25, 0.4, 0.35, 0.4][ageStep] ?? 0),
    stride: dice.between(-1, 1),
  };
}

function outfitOf(isFemale: boolean, ageStep: number, dice: Dice): Look['outfit'] {
  if (!isFemale) return dice.chance(ageStep === 0 ? 0.35 : 0.06) ? 'shorts' : 'trousers';
  const throwing = dice.between(0, 1);
  if (throwing < 0.5) return 'dress';
  return throwing < 0.78 ? 'skirt' : 'trousers';
}

function hairColour(ageStep: number, dice: Dice): string {
  if (ageStep === 4) return dice.pick(WHITES);
  return ageStep === 3 ? dice.pick(GREYING) : dice.pick(HAIRS);
}

function hairStyleOf(isFemale: boolean, ageStep: number, dice: Dice): HairStyle {
  if (isFemale) {
    if (ageStep >= 3) return dice.pick<HairStyle>(['bob', 'bun']);
    return dice.pick(
      ageStep === 0 ? ['ponytail', 'long', 'ponytail', 'bob'] : ['long', 'bob', 'bun', 'long'],
    );
  }
  if (ageStep === 4) return dice.pick<HairStyle>(['bald', 'bald', 'short']);
  if (ageStep === 3) return dice.pick<HairStyle>(['short', 'parted', 'bald']);
  return dice.pick<HairStyle>(ageStep === 0 ? ['tuft', 'tuft', 'short'] : ['short', 'parted']);
}
