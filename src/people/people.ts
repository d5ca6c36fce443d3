/** The people room: the directory and what people declared, each row known from its own day on. */
export { declare, ownDeclarations, type People } from './declarations.ts';
export { loadPeople } from './jobs.ts';
export { declarationPages } from './routes.ts';
export { countPeople, holdersOf, knownNames, PEOPLE_AS_OF, type Person, person } from './store.ts';
