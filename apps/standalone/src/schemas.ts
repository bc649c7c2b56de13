import { CommandEnvironment, SeedEnvironment } from '#inventory';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Type, { type TObject } from 'typebox';

/** The environment of each application. */
export interface Schemas {
  database: TObject;
  factory: TObject;
  sales: TObject;
  worker: TObject;
}

/**
 * Loads the schemas of the compiled applications by path and while running, as their processes are started: this
 * application imports no other, and no rule of theirs is written here again.
 *
 * @param compiled where the compiled tree lies (dist)
 */
export async function loadSchemas(compiled: string): Promise<Schemas> {
  const load = async (application: string, name: string): Promise<TObject> => {
    const file = join(compiled, 'apps', application, 'src/environment.js');
    const { [name]: schema } = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
    if (!Type.IsObject(schema)) throw new TypeError(`${file} exports no schema ${name}`);
    return schema;
  };
  const [factory, sales, worker] = await Promise.all([
    load('factory', 'FactoryEnvironment'),
    load('sales', 'SalesEnvironment'),
    load('worker', 'WorkerEnvironment'),
  ]);
  const database = Type.Object({ ...CommandEnvironment.properties, ...SeedEnvironment.properties });
  return { database, factory, sales, worker };
}
