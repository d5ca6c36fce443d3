/**
 * Who may do what is data: a new role is one entry here, and every route names the roles it is for.
 */
export const ROLES = {
  analyst: { title: { en: 'Analyst', 'zh-CN': '分析员' }, purpose: 'Reads leads and the evidence behind them.' },
  reviewer: {
    title: { en: 'Independent reviewer', 'zh-CN': '独立审查员' },
    purpose: 'Reads leads about whoever watches or administers; nobody else does.',
  },
  case_officer: { title: { en: 'Case officer', 'zh-CN': '案件承办人' }, purpose: 'Opens cases and works on them.' },
  approver: {
    title: { en: 'Approver', 'zh-CN': '批准人' },
    purpose: 'Decides, for the staff or the legal side, on what others ask for: names, outcomes, grants.',
  },
  registrar: {
    title: { en: 'Registrar', 'zh-CN': '文件管理员' },
    purpose: 'Keeps the register of documents and their copies.',
  },
  recipient: {
    title: { en: 'Recipient of reports', 'zh-CN': '举报接收人' },
    purpose: 'Reads and answers sealed reports.',
  },
  engineer: {
    title: { en: 'Engineer', 'zh-CN': '工程师' },
    purpose: 'Keeps sources and engines running; sees no leads.',
  },
  auditor: { title: { en: 'Auditor', 'zh-CN': '审计员' }, purpose: 'Reads the ledger, and nothing else.' },
  head_of_unit: { title: { en: 'Head of unit', 'zh-CN': '部门负责人' }, purpose: 'Reads figures; sees nobody.' },
  employee: {
    title: { en: 'Employee', 'zh-CN': '员工' },
    purpose: 'Declares contacts, gifts, side work and trips; sees nothing else.',
  },
} as const;

export type Role = keyof typeof ROLES;

declare module '../http/route.ts' {
  interface RoleNames extends Record<keyof typeof ROLES, true> {}
}

interface Separation {
  readonly role: Role;
  readonly from: readonly Role[];
  /** Shown when a grant is refused. */
  readonly reason: string;
}

const WATCHING = ['analyst', 'reviewer', 'case_officer', 'approver', 'registrar', 'recipient'] as const;

/** Duties that one person must not unite, on one account or on several. Read both ways. */
export const SEPARATED: readonly Separation[] = [
  {
    role: 'engineer',
    from: WATCHING,
    reason: 'whoever can change what is logged must not judge what the logs show',
  },
  {
    role: 'auditor',
    from: [...WATCHING, 'engineer', 'head_of_unit'],
    reason: 'whoever reads the record of what was done must have done none of it',
  },
  {
    role: 'approver',
    from: ['analyst', 'case_officer', 'reviewer'],
    reason: 'whoever asks for something must not be the one who approves it',
  },
  {
    role: 'reviewer',
    from: ['analyst', 'case_officer'],
    reason: 'whoever judges matters about those who watch must not be one of them',
  },
  {
    role: 'head_of_unit',
    from: WATCHING,
    reason: 'whoever leads people must not see what is looked into about them',
  },
];

/** Why somebody who holds `held` must not be granted `wanted`; null if he may. */
export function separation(held: readonly Role[], wanted: Role): string | null {
  const found = SEPARATED.find(({ role, from }) => {
    return (
      (wanted === role && held.some((each) => from.includes(each))) || (from.includes(wanted) && held.includes(role))
    );
  });
  return found?.reason ?? null;
}

export function isRole(text: string): text is Role {
  return Object.hasOwn(ROLES, text);
}
