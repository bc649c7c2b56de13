/** The most units that a column of either database holds: MySQL's `INT`. SQLite would take more, and so differ. */
export const MAX_UNITS = 2_147_483_647;
