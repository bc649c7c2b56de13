import { CreateWarehouse1763800000000 } from './1763800000000-create-warehouse.js';

/** Every migration, oldest first. Listed by class: a glob finds other files under another build. */
export const MIGRATIONS = [CreateWarehouse1763800000000];
