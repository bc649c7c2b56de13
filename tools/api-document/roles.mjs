/** docs/roles.md: which key opens which route, from the API's document. */

const ROLES = ['viewer', 'operator', 'admin'];

/** @param document that of `/openapi.json` */
export function rolesPage(document) {
  const paths = Object.entries(document.paths).sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = paths.flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => rowOf(method, path, operation)),
  );
  const header = ['Route', 'Without a key', ...ROLES];
  return [
    '# Routes by role',
    '',
    'Written by `npm run openapi`; `apps/sales/src/operations/roles.spec.ts` sends every request of it. A key is that of a',
    'viewer, an operator or an administrator ([operations.md](operations.md#who-may-do-what)); `shows more` is a route that',
    'anybody may ask, and that shows the holder of a key what the public does not see. A `-` is 401 without a key, and 403 with one.',
    '',
    ...table([header, ...rows]),
    '',
  ].join('\n');
}

function rowOf(method, path, { security = [], 'x-role': role }) {
  const route = `\`${method.toUpperCase()} ${path}\``;
  const isPublic =
    role === undefined || security.some((requirement) => Object.keys(requirement).length === 0);
  const cells = ROLES.map((one) => {
    if (role === undefined) return 'yes';
    if (ROLES.indexOf(one) < ROLES.indexOf(role)) return '-';
    return isPublic ? 'shows more' : 'yes';
  });
  return [route, isPublic ? 'yes' : '-', ...cells];
}

/** As Prettier writes it. */
function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)];
}
