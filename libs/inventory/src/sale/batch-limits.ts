import { type BatchLimits } from '../group-commit/group-committer.js';

/** A small batch costs the same commit as a large one, so a batch may take all that usually waits at the busiest. */
export const DEFAULT_BATCH_LIMITS: BatchLimits = { batchSize: 1_000, waitMs: 2_000 };

/** Injection token of the {@link BatchLimits} of sales. */
export const BATCH_LIMITS = Symbol('BATCH_LIMITS');
