import { type OpenApiDocument, type Schema } from './openapi-document.js';

/**
 * Moves each schema with a title into the components, where tools make one type of it, however often it is used.
 *
 * @throws Error when two schemas of one name differ
 */
export function nameSchemas(document: OpenApiDocument): void {
  const components = (document.components ??= {});
  const named = (components.schemas ??= {});
  const written = new Map<string, string>();

  const visit = (node: unknown): unknown => {
    if (typeof node !== 'object' || node === null) return node;
    if (Array.isArray(node)) return node.map(visit);
    const visited = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, visit(value)]));
    // What is said of the place, and not of the type.
    const { title, description, readOnly, ...rest } = visited as Schema;
    if (title === undefined || !(rest.type ?? rest.properties ?? rest.anyOf)) return visited;
    const ofPlace = { ...(description !== undefined && { description }), ...(readOnly && { readOnly }) };
    const text = JSON.stringify(rest);
    if (written.has(title) && written.get(title) !== text) throw new Error(`Two schemas are named ${title}`);
    if (!written.has(title)) {
      written.set(title, text);
      named[title] = { title, ...rest };
    }
    return { $ref: `#/components/schemas/${title}`, ...ofPlace };
  };

  document.paths = visit(document.paths) as OpenApiDocument['paths'];
  document.webhooks = visit(document.webhooks) as OpenApiDocument['webhooks'];
}
