import { attributeNames, classesOf } from '../attributeSchema.ts';
import type { AttributeSchema } from '../attributeSchema.ts';

/** Longer lines are broken. */
const WIDEST = 100;

/**
 * A TypeScript file with the schema as a constant and the type of a prediction, so that the names of
 * attributes and classes are known to the compiler.
 *
 * @param table the table it is made from, named in its first line.
 */
export function schemaSource(schema: AttributeSchema, table: string): string {
  const attributes = attributeNames(schema).map((name) => {
    const classes = classesOf(schema, name).map(literal);
    const line = `  ${key(name)}: [${classes.join(', ')}],\n`;
    if (line.length <= WIDEST) return line;
    return `  ${key(name)}: [\n${classes.map((label) => `    ${label},\n`).join('')}  ],\n`;
  });
  return (
    `// The attributes of ${table.replaceAll(/\s+/g, ' ')}, written by \`ocelli types\`.\n` +
    "import { type AttributePrediction, defineSchema } from 'ocelli';\n\n" +
    `export const schema = defineSchema({\n${attributes.join('')}});\n\n` +
    '/** What is said about one picture. */\n' +
    'export type Prediction = AttributePrediction<typeof schema>;\n'
  );
}

function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name);
}

/** A string in single quotes, as the style of most projects has it. */
function literal(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner}'`;
}
