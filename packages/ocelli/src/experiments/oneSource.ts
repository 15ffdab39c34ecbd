/** Where the pictures of an experiment come from: one of these. */
const sources = ['data', 'dataset', 'table'] as const;

/** Whether a setting says where the pictures come from. */
export function isSource(setting: string): boolean {
  return sources.some((name) => name === setting);
}

/** Whether one of these settings does. */
export function namesSource(settings: object): boolean {
  const given = Object.entries(settings).filter(
    ([, value]) => value !== undefined && value !== null,
  );
  return given.some(([name]) => isSource(name));
}

/** Settings, and those that count more: another source of pictures takes the place of the one before. */
export function settingsOver<Settings extends object>(below: Settings, above: Settings): Settings {
  const entries = Object.entries(below).filter(([name]) => !(namesSource(above) && isSource(name)));
  return { ...(Object.fromEntries(entries) as Settings), ...above }; // what is not there, `above` has
}
