/** Types of gate-report.mjs. */
import { type Rule } from './gate.mjs';

export function gateText(rules: Rule[]): string;
export function gateHtml(rules: Rule[]): string;
