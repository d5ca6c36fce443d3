/** The few numbers of the model, in one place. They hold for every organisation; a change is measured over many worlds. */
export const TUNING = {
  /** How far back a person's and his role's past is looked at. */
  historyDays: 91,
  /** Days at the start of the records that nothing is learned from: everything is seen for the first time then. */
  warmUpDays: 10,
  /** How many days of a person's own past weigh as much as what is known of his role, and of his role as of everybody. */
  ownPrior: 12,
  peersPrior: 60,
  /** Signals below this are not kept: about one person-day in 2^6 would reach it by chance. */
  leastBits: 6,
  /** Nothing is more surprising than this: no count of days could tell. */
  mostBits: 26,
  /** Evidence loses half its weight in this many days without anything new. */
  halfLifeDays: 10,
  /** What is new counts so many times as much as what was known: an alert is there to tell something new. */
  newsWeight: 3,
  /** Within a day a person is told again when the evidence has grown by this factor. */
  growth: 1.3,
  /** A declared contact explains mail of so many days after the declaration, and of the days before it within a month. */
  contactExplainsDays: 60,
  contactDeclaredWithinDays: 30,
  /** Evidence in bits at which the score reaches 50. */
  scoreScale: 12,
} as const;
