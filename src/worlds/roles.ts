/** What a role's ordinary work looks like. Means are per working day. */
export type Role = {
  readonly name: string;
  readonly department: string;
  /** Share of all staff. */
  readonly weight: number;
  readonly files: number;
  readonly mails: number;
  readonly outsideMails: number;
  /** Where the documents come from: own projects, own team, common, closed projects, anywhere. */
  readonly reach: readonly [number, number, number, number, number];
  /** Share of document rows that are prints. */
  readonly print: number;
  /** Chance of being someone who uses removable media, and how often such a person does. */
  readonly stick: number;
  /** Highest level, 0 public to 4 top_secret, most of the role may open. */
  readonly clearance: number;
  readonly projects: readonly [number, number];
  /** Chance of an evening maintenance window on a working day. */
  readonly night: number;
  readonly technical: boolean;
};

const role = (
  name: string,
  department: string,
  weight: number,
  work: readonly [files: number, mails: number, outsideMails: number],
  reach: readonly [number, number, number, number, number],
  rest: Partial<Role> = {},
): Role => ({
  name,
  department,
  weight,
  files: work[0],
  mails: work[1],
  outsideMails: work[2],
  reach,
  print: 0.07,
  stick: 0.12,
  clearance: 2,
  projects: [1, 3],
  night: 0,
  technical: false,
  ...rest,
});

export const ROLES: readonly Role[] = [
  role('MechanicalEngineer', 'Instruments', 15, [15, 3.6, 0.9], [63, 23, 7, 3, 4], { technical: true, clearance: 3 }),
  role('Draughtsman', 'Instruments', 5, [17, 2.6, 0.5], [71, 18, 5, 3, 3], { technical: true }),
  role('ElectronicsEngineer', 'Electronics', 13, [15, 3.6, 0.9], [63, 23, 7, 3, 4], { technical: true, clearance: 3 }),
  role('SoftwareEngineer', 'Software', 10, [12, 3.8, 0.6], [59, 28, 7, 3, 3], { technical: true, clearance: 3 }),
  role('FieldTechnician', 'FieldTrials', 6, [11, 2.8, 0.6], [57, 30, 8, 2, 3], { technical: true, stick: 0.55 }),
  role('TrialsEngineer', 'FieldTrials', 7, [14, 3.4, 0.8], [63, 23, 7, 3, 4], {
    technical: true,
    clearance: 3,
    stick: 0.35,
  }),
  role('WorkshopTechnician', 'Workshop', 5, [10, 2.2, 0.4], [55, 34, 7, 1, 3], { technical: true, print: 0.14 }),
  role('NetworkAdministrator', 'Networks', 3.6, [12, 3.4, 0.6], [8, 54, 16, 8, 14], {
    technical: true,
    projects: [0, 1],
    night: 0.24,
    stick: 0.4,
    clearance: 3,
  }),
  role('StorageAdministrator', 'Networks', 2.6, [13, 3.2, 0.5], [8, 51, 14, 10, 17], {
    technical: true,
    projects: [0, 1],
    night: 0.27,
    stick: 0.4,
    clearance: 3,
  }),
  role('ServiceDeskAgent', 'Networks', 3, [9, 4.6, 0.3], [4, 60, 22, 4, 10], {
    technical: true,
    projects: [0, 0],
    stick: 0.3,
  }),
  role('Translator', 'LanguageService', 5, [15, 3.4, 1.0], [63, 22, 8, 4, 3], {
    clearance: 3,
    print: 0.12,
    stick: 0.25,
  }),
  role('LiaisonOfficer', 'LanguageService', 2.5, [11, 4.2, 2.2], [56, 26, 12, 3, 3], { clearance: 3 }),
  role('PublicityClerk', 'PublicRelations', 3, [12, 4.2, 2.8], [44, 34, 16, 3, 3], { clearance: 1, print: 0.12 }),
  role('EventsOrganiser', 'PublicRelations', 1.2, [10, 4.4, 2.6], [37, 40, 18, 2, 3], { clearance: 1, print: 0.12 }),
  role('PurchasingOfficer', 'Purchasing', 5, [12, 4.0, 2.4], [51, 36, 8, 2, 3], {}),
  role('Bookkeeper', 'Accounts', 4, [13, 3.4, 1.0], [19, 66, 10, 2, 3], {
    clearance: 1,
    projects: [0, 2],
    print: 0.11,
  }),
  role('PersonnelOfficer', 'Personnel', 3, [11, 4.2, 1.2], [4, 77, 15, 1, 3], { projects: [0, 0], print: 0.13 }),
  role('LegalAdviser', 'LegalOffice', 2.6, [12, 3.8, 1.6], [41, 44, 8, 4, 3], {
    clearance: 3,
    projects: [0, 2],
    print: 0.13,
  }),
  role('RegistryClerk', 'Registry', 2.6, [20, 3.0, 0.3], [5, 22, 8, 20, 45], {
    clearance: 4,
    projects: [0, 1],
    print: 0.18,
  }),
  role('Archivist', 'Registry', 1.6, [18, 2.4, 0.3], [4, 19, 6, 50, 21], { clearance: 3, projects: [0, 1] }),
  role('Secretary', 'Secretariat', 4.4, [13, 5.4, 1.0], [33, 44, 18, 2, 3], { projects: [0, 2], print: 0.2 }),
  role('Auditor', 'Audit', 1, [13, 2.6, 0.4], [6, 26, 10, 16, 42], { clearance: 3, projects: [0, 0] }),
];

/** Roles that every organisation has at least once, because the compulsory stories need them. */
export const KEY_ROLES = ['NetworkAdministrator', 'Translator', 'PublicityClerk'] as const;
