import type { Role } from './api.ts';

/** The console's areas in the order of the navigation, and whose they are. The server decides; this only spares asking. */
export const AREAS = {
  leads: ['analyst', 'reviewer'],
  sources: ['analyst', 'reviewer', 'engineer'],
  cases: ['case_officer', 'reviewer', 'approver', 'analyst'],
  documents: ['registrar', 'approver'],
  ledger: ['auditor'],
  figures: ['head_of_unit'],
  rules: ['engineer'],
  access: ['engineer', 'approver', 'case_officer'],
  reports: ['recipient'],
} as const satisfies Record<string, readonly Role[]>;

export type Area = keyof typeof AREAS;
const NAMES = Object.keys(AREAS) as Area[];

export function mayRead(area: Area, roles: readonly Role[]): boolean {
  const readers: readonly Role[] = AREAS[area];
  return roles.some((role) => readers.includes(role));
}

/** Where somebody with these roles begins. Without an area of his own he is told so by the first one. */
export function homeOf(roles: readonly Role[]): `/${Area}` {
  return `/${NAMES.find((area) => mayRead(area, roles)) ?? 'leads'}`;
}

export function areasOf(roles: readonly Role[]): Area[] {
  return NAMES.filter((area) => mayRead(area, roles));
}
