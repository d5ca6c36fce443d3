/**
 * Who may do what is data: a new role is one entry here, and every route names the roles it is for.
 */
export const ROLES = {
  analyst: { title: { en: 'Analyst', 'zh-CN': '分析员' }, purpose: 'Reads leads and the evidence behind them.' },
  engineer: {
    title: { en: 'Engineer', 'zh-CN': '工程师' },
    purpose: 'Keeps sources and engines running; sees no leads.',
  },
  employee: {
    title: { en: 'Employee', 'zh-CN': '员工' },
    purpose: 'Declares contacts, gifts, side work and trips; sees nothing else.',
  },
} as const;

export type Role = keyof typeof ROLES;

declare module '../http/route.ts' {
  interface RoleNames extends Record<keyof typeof ROLES, true> {}
}

/**
 * Duties that one person must not unite, each with the reason shown when a grant is refused.
 * Whoever keeps the sources could make a log fall silent; he must not also be the one who would notice.
 */
export const SEPARATED: readonly { readonly pair: readonly [Role, Role]; readonly reason: string }[] = [
  { pair: ['analyst', 'engineer'], reason: 'whoever can change what is logged must not judge what the logs show' },
];

/** Why somebody who holds `held` must not be granted `wanted`; null if he may. */
export function separation(held: readonly Role[], wanted: Role): string | null {
  const found = SEPARATED.find(({ pair: [one, other] }) => {
    return (wanted === one && held.includes(other)) || (wanted === other && held.includes(one));
  });
  return found?.reason ?? null;
}

export function isRole(text: string): text is Role {
  return Object.hasOwn(ROLES, text);
}
