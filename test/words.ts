/**
 * What the product must never look at: who a person is, where from, whom they love or pray to. Espionage is what someone
 * does with documents; everything else is prejudice with a number on it, and the attack it invites is to dress the part.
 */
interface Topic {
  readonly name: string;
  readonly words: RegExp;
}

/** Words are matched in text whose identifiers have been taken apart: `countryCode` and `country_code` read "country code". */
const TOPICS: readonly Topic[] = [
  {
    name: 'nationality',
    words:
      /\b(?:nationalit(?:y|ies)|citizens?|citizenship|foreigners?|foreign national|immigra\w*|migrants?|passports?|birthplace|place of birth|born in|mother tongue|native (?:language|speaker)|accent of)\b|国籍|籍贯|出生地|外国人|移民|护照|母语/i,
  },
  {
    name: 'ethnicity',
    words:
      /\b(?:ethnic\w*|racial\w*|skin colou?r|tribe|tribal|minorit(?:y|ies)|diaspora|ancestry|descent)\b|\brace\b(?! condition)|民族|种族|族裔|少数族|血统|肤色/i,
  },
  { name: 'country', words: /\b(?:countr(?:y|ies)|homeland|geo ?ip|geolocation)\b|国别|国家代码|目的国|来源国/i },
  {
    name: 'religion',
    words:
      /\b(?:religi\w*|faiths?|church\w*|mosques?|temples?|synagogues?|prayers?|praying|christian\w*|muslims?|islam\w*|jew(?:s|ish)?|hindu\w*|buddhis\w*|atheis\w*|fasting)\b|宗教|信仰|教堂|清真|祷告|信教|佛教|基督|伊斯兰/i,
  },
  {
    name: 'politics',
    words:
      /\b(?:politic\w*|party member\w*|trade unions?|union members?|activis[mt]s?|left ?wing|right ?wing|elections?|voters?|dissident\w*|ideolog\w*)\b|政治|党员|党派|政党|选举|工会|异见|意识形态/i,
  },
  {
    name: 'health',
    words:
      /\b(?:health|healthcare|illness\w*|sick(?:ness)?|disease\w*|disabilit\w*|disabled person|diagnosis|diagnoses|medical\w*|medication|therap(?:y|ist)|psychiatr\w*|depress(?:ed|ion|ive)|addict\w*|alcohol\w*|drunk\w*|pregnan\w*|hospitals?|insomnia|suicid\w*)\b|健康|疾病|患病|病假|病史|残疾|医疗|怀孕|心理疾病|抑郁|酗酒|成瘾|精神病/i,
  },
  {
    name: 'family',
    words:
      /\b(?:famil(?:y|ies|ial)|marital|marriage|married|spouses?|wife|wives|husbands?|divorc\w*|widow\w*|relatives|siblings?|next of kin|maternity|paternity|childcare)\b|家庭|家属|家人|婚姻|已婚|未婚|离婚|配偶|丈夫|妻子|子女|亲属|产假/i,
  },
  {
    name: 'personality',
    words:
      /\b(?:psychometric\w*|psycholog\w*|personalit(?:y|ies)|big five|ocean score|openness|conscientious\w*|extra?o?version|extravert\w*|introvert\w*|agreeableness|neurotic\w*|narciss\w*|machiavell\w*|psychopath\w*|disgruntle\w*|sentiment|temperament|mood)\b|心理测|心理特征|人格|性格|外向|内向|自恋|情绪分析/i,
  },
  {
    name: 'private life',
    words:
      /\b(?:private life|love life|love affairs?|dating|gender|sexual\w*|gay|lesbian|homosexual\w*|transgender|gambl\w*|debts?|indebted|bankrupt\w*|credit score|hobb(?:y|ies)|age group|date of birth|birthdays?)\b|私生活|恋爱|性别|性取向|同性恋|赌博|债务|欠债|破产|爱好|生日|年龄/i,
  },
];

/** Uses of such words that are about something else. They are taken out of the text before it is searched. */
const OTHER_SENSES: readonly RegExp[] = [
  /\bfont[ -]famil(?:y|ies)\b/gi, // typography
  /\brecursive descent\b/gi, // parsing
  /\bpromise race\b|\brac(?:e|es|ing) (?:against|between)\b/gi, // concurrency
  /\btemp(?:late|orary)?s?\b/gi,
  /国家秘密|国家安全/g, // the Chinese names of the law's own subject: state secrets, national security
];

export interface Allowance {
  /** The file, from the project's root. */
  readonly path: string;
  /** What its lines may say: only a line that contains this text is allowed. */
  readonly line: string;
  readonly reason: string;
}

export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly topic: string;
  readonly word: string;
}

/** Every use of a forbidden topic in a file's text and in its name, except where `allowed` says why. */
export function findings(path: string, text: string, allowed: readonly Allowance[] = []): Finding[] {
  const here = allowed.filter((allowance) => allowance.path === path);
  return [path, ...text.split('\n')].flatMap((line, number) => {
    if (number > 0 && here.some((allowance) => line.includes(allowance.line))) return [];
    return search(number === 0 ? path.replaceAll('/', ' ') : line).map((found) => ({ path, line: number, ...found }));
  });
}

function search(line: string): Array<{ topic: string; word: string }> {
  const plain = OTHER_SENSES.reduce((rest, sense) => rest.replaceAll(sense, ' '), apart(line));
  return TOPICS.flatMap(({ name, words }) => {
    const word = words.exec(plain)?.[0];
    return word === undefined ? [] : [{ topic: name, word }];
  });
}

/** Identifiers taken apart into their words: camelCase, snake_case, kebab-case, dotted. */
function apart(line: string): string {
  return line
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .replaceAll(/[_\-.]+/g, ' ');
}
