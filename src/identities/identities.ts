/** The identities room: pseudonyms, and the only way from one to a person. */
export { aliases, masker, personOf, QUEUE, type Sealed } from './alias.ts';
