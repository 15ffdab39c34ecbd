/** The attributes of a person that the person systems were made for: eight, of 27 classes together. */
export const personHeads = {
  gender: 2,
  image_quality: 3,
  age: 5,
  weight: 4,
  bag: 3,
  footwear: 3,
  emotion: 4,
  pose: 3,
} as const;
