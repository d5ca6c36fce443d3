/** Sealed reports and disclosures: the server's half, and the protocol that the portal and the command line share. */
export { type Bundle, readBundle } from './bundle.ts';
export type { DeskDoor } from './desk.ts';
export { type LeafHead, openLeafFile, type ReportLedger, rootsAt } from './leaves.ts';
export { deskPages, openPortal, type Portal, type PortalOptions } from './portal.ts';
export * from './protocol/protocol.ts';
export { isPublished, promiseHashes, publish, readPromise } from './publication.ts';
