import { html, type Markup, trusted } from './markup.ts';
import { styles } from './styles.ts';

/** What stands on a page. */
export interface PageContent {
  readonly title: string;
  readonly header: Markup;
  readonly main: Markup;
  readonly footer: string;
}

/** A whole page that needs no other file, no network and no script, light and dark. */
export function pageOf({ title, header, main, footer }: PageContent): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="generator" content="Ocelli" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <title>${title} · Ocelli</title>
        <style>
          ${trusted(styles)}
        </style>
      </head>
      <body>
        <header>${header}</header>
        <main>${main}</main>
        <footer>${footer}</footer>
      </body>
    </html> `;
  return page.text;
}
