import type { Play } from '../acts.ts';
import type { Casting } from '../cast.ts';
import { type Random, streamOf } from '../random.ts';
import * as duties from './duties.ts';
import * as leaving from './leaving.ts';
import * as outward from './outward.ts';

type Kind = (casting: Casting, random: Random) => Play | undefined;

/** Every kind of innocent person who resembles a story, and the story it resembles. */
const KINDS: readonly (readonly [name: string, kind: Kind])[] = [
  ['restore_checks', duties.restoreChecks], // A
  ['night_migration', duties.nightMigration], // A
  ['posted_stick', outward.postedStick], // B
  ['press_thread', outward.pressThread], // C, H
  ['drafts_home', outward.draftsHome], // C
  ['deputy_session', duties.deputySession], // D
  ['leaver_photos', leaving.leaverPhotos], // E
  ['leaver_quiet', leaving.leaverQuiet], // E
  ['partner_upload', outward.partnerUpload], // E
  ['job_sites', leaving.jobSites], // E
  ['growing_duty', duties.growingDuty], // F
  ['pair_presentation', duties.pairPresentation], // G
  ['tender_printing', outward.tenderPrinting], // I
  ['registry_printing', duties.registryPrinting], // I
  ['minutes_retyped', outward.minutesRetyped], // J
  ['decoy_curiosity', duties.decoyCuriosity], // K
  ['field_stick', outward.fieldStick], // B, F
  ['mentor_old_files', duties.mentorOldFiles], // B
  ['handover_reading', leaving.handoverReading], // B
  ['archive_digitising', duties.archiveDigitising], // A
];

/** Casts innocent people whose activity resembles a story: about one of each kind for 300 people, fewer in small worlds. */
export function castLookalikes(casting: Casting): Play[] {
  const people = casting.world.organisation.people.length;
  const rounds = Math.max(1, Math.round(people / 300));
  const kinds = streamOf(casting.world.seed, 'look-alikes')
    .shuffle(KINDS)
    .slice(0, Math.max(4, Math.round(people / 8)));
  const plays: Play[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [name, kind] of kinds) {
      const play = kind(casting, casting.stream(`look-alike ${name}`, round));
      if (play) plays.push(play);
    }
  }
  return plays;
}
