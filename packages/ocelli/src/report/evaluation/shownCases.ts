/** Cases of each kind that a report shows for every head. */
export const shownCases = 12;
