/** The people room: the directory and what people declared, each row known from its own day on; and their pseudonyms. */
export { aliases, masker, personOf } from './alias.ts';
export { loadPeople } from './jobs.ts';
export { countPeople, PEOPLE_AS_OF, type Person, person } from './store.ts';
