/** A colour and a darker tone of it. */
export type Shaded = readonly [colour: string, shade: string];

/** Skin and a darker tone of it. */
export const SKINS: readonly Shaded[] = [
  ['#f6d7c0', '#dda98a'],
  ['#eebf9b', '#cf9068'],
  ['#d9a077', '#b3754c'],
  ['#b07a50', '#8a5835'],
  ['#8a5a3a', '#673f26'],
  ['#6b4630', '#4b2f1f'],
];

/** Hair before it turns grey. */
export const HAIRS: readonly string[] = [
  '#1f1a1a',
  '#3a2518',
  '#5b3a22',
  '#8a5a2c',
  '#d8a84c',
  '#a4472a',
];

/** Hair from 45 on. */
export const GREYING: readonly string[] = ['#6f6a68', '#7c7570', '#8a8784', '#76706c'];

/** Hair from 55 on. */
export const WHITES: readonly string[] = ['#e9e7e4', '#d8d6d3', '#f3f1ee', '#cfd2d6'];

/** Cloth and its folds. */
export const CLOTHES: readonly Shaded[] = [
  ['#d9483b', '#b33529'],
  ['#e8863a', '#c26a24'],
  ['#e9c23f', '#c9a024'],
  ['#5aa35a', '#428442'],
  ['#2f8f8b', '#22706d'],
  ['#3f7fc4', '#2f639c'],
  ['#5a5fb5', '#454993'],
  ['#9256a8', '#743f88'],
  ['#d96a94', '#b54f77'],
  ['#f0ece2', '#cfcabd'],
  ['#8d8f98', '#6d6f78'],
];

/** Trousers and their folds. */
export const TROUSERS: readonly Shaded[] = [
  ['#33435f', '#263349'],
  ['#4a6a94', '#395476'],
  ['#3b3b42', '#2a2a30'],
  ['#7a6a52', '#5f5240'],
  ['#8c8f94', '#707378'],
  ['#5a4636', '#443528'],
];

/** Shoes nobody turns round for. */
export const PLAIN_SHOES: readonly string[] = [
  '#e8e8ea',
  '#4d5563',
  '#5c4636',
  '#7a7f88',
  '#2f3238',
];

/** Shoes for a feast. */
export const FANCY_SHOES: readonly string[] = [
  '#d3123f',
  '#e0a213',
  '#c2189b',
  '#0aa39a',
  '#7a2bd6',
];

/** Leather. */
export const OFFICE_BAGS: readonly string[] = ['#5b3a22', '#2b2b30', '#26374f', '#7a4a26'];

/** Thin plastic. */
export const SHOPPING_BAGS: readonly string[] = ['#f4f7f8', '#bfe3ea', '#f5e27a', '#c8ecc0'];
