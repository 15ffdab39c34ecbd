/** Markup that may stand in a page as it is; everything else is text and gets escaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What can stand in a template: text, numbers, markup, lists of them, or nothing. */
export type Content = string | number | Markup | undefined | false | readonly Content[];

/**
 * A template of markup. What is put into it is text, whatever it looks like; only other templates are
 * taken as markup. Attributes have to be quoted.
 */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  const pieces = contents.map((content, index) => rendered(content) + (strings[index + 1] ?? ''));
  return new Markup((strings[0] ?? '') + pieces.join(''));
}

/** Markup made by a trusted hand, such as a chart. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

function rendered(content: Content): string {
  if (content === undefined || content === false) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'object') return content.map(rendered).join('');
  return escaped(String(content));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => entities[letter] ?? letter);
}
