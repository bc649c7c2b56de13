import { type Schema } from './openapi-document.js';

/** @throws Error that names the place of a value for which nobody gave an example */
export class ExampleMissing extends Error {}

/**
 * A value of the schema, put together from the examples of its members: each is written once, where its member is.
 *
 * @param isRequest whether members that clients only read are left out
 * @throws ExampleMissing
 */
export function exampleOf(schema: Schema, isRequest: boolean, at = ''): unknown {
  if (schema.examples) return schema.examples[0];
  if (schema.example !== undefined) return schema.example;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.default !== undefined) return schema.default;
  if (schema.anyOf) return exampleOf(schema.anyOf[0]!, isRequest, at);
  if (schema.properties) {
    const members = Object.entries(schema.properties)
      .filter(([, { readOnly = false }]) => !(isRequest && readOnly))
      .map(([name, member]) => [name, exampleOf(member, isRequest, `${at}/${name}`)]);
    return Object.fromEntries(members);
  }
  if (schema.items) return [exampleOf(schema.items, isRequest, `${at}/0`)];
  throw new ExampleMissing(`There is no example at ${at || 'the top'}`);
}
