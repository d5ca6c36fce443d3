/**
 * The sealed protocol, the same in the browser, on the command line and, as far as the server needs it, there. It knows
 * neither Node nor a page: it imports its own files and libraries that run in both. docs/portal.md describes the format.
 */
export * from './client.ts';
export * from './conversation.ts';
export * from './key-file.ts';
export * from './keys.ts';
export * from './letter.ts';
export * from './manifest.ts';
export * from './proof.ts';
export * from './reading.ts';
export * from './refusal.ts';
export * from './request.ts';
export * from './seal.ts';
export * from './sending.ts';
export * from './sizes.ts';
export * from './stamp.ts';
export * from './words.ts';
