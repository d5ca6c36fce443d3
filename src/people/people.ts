/** The people room: the directory and what people declared, each row known from its own day on; and their pseudonyms. */
export { aliases, masker, personOf } from './alias.ts';
export { declare, ownDeclarations, type People } from './declarations.ts';
export { loadPeople } from './jobs.ts';
export { declarationPages } from './routes.ts';
export { countPeople, holdersOf, PEOPLE_AS_OF, type Person, person } from './store.ts';
