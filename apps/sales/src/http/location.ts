import { EXAMPLE_ID } from '../identifiers-schema.js';

/** For the `headers` of a response: where `what` is. @param name `Content-Location` says that the body is what is there */
export function locationHeader(
  template: string,
  what: string,
  name: 'Location' | 'Content-Location' = 'Location',
) {
  return {
    [name]: {
      type: 'string',
      format: 'uri-reference',
      description: `where ${what} is: \`${template}\``,
      examples: [template.replace('{id}', EXAMPLE_ID).replace('{sku}', 'CP-502101')],
    },
  };
}
