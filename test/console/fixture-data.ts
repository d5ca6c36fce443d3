/** The fixture's organisation: made up, always the same, in the shape of the API contract. */

/** A small deterministic generator (mulberry32): numbers in [0, 1). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const FIRST = '2026-01-05';
const LAST = '2026-08-02';
const DAY = 86_400_000;
const addDays = (day: string, days: number) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
const DAYS = Array.from({ length: 210 }, (_, at) => addDays(FIRST, at));
const isWeekend = (day: string) => [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
const levelOf = (score: number) =>
  ['informational', 'low', 'medium', 'high', 'critical'][Math.min(4, Math.floor(score / 20))] ?? 'low';

const text = (en: string, zh: string) => ({ en, 'zh-CN': zh });
export const detections = [
  {
    id: 'documents-outside-projects',
    title: text('Documents outside own projects', '本人项目之外的文件'),
    stage: 'collect',
    unit: text('documents', '份文件'),
    innocent: [
      text(
        'A new task or a stand-in for a colleague that the project list does not show yet.',
        '新任务或代替同事工作，项目名单尚未更新。',
      ),
      text('A clean-up or move of the shared folders, with a change request.', '有变更申请的共享文件夹整理或搬迁。'),
    ],
    refute: [
      text('The supervisor confirms the task, and the documents belong to it.', '主管确认该任务，且文件属于该任务。'),
    ],
  },
  {
    id: 'copies-to-removable-media',
    title: text('Copies to removable media', '复制到移动介质'),
    stage: 'exfiltrate',
    unit: text('files', '个文件'),
    innocent: [
      text('A presentation or a delivery for which a medium was issued.', '为演示或交付发放了移动介质。'),
      text('A backup before a laptop is replaced.', '更换笔记本电脑之前的备份。'),
    ],
    refute: [
      text(
        'The medium is in the register and came back; its contents match the delivery note.',
        '介质已登记并归还，内容与交付单相符。',
      ),
    ],
  },
  {
    id: 'hours-outside-habit',
    title: text('Work at unusual hours', '非惯常时间工作'),
    stage: 'collect',
    unit: text('activities', '次活动'),
    innocent: [
      text(
        'A maintenance window, a deadline or a call with another time zone.',
        '维护窗口、截止期限，或与其他时区的通话。',
      ),
    ],
    refute: [text('The duty roster or the ticket names the same hours.', '值班表或工单写明了同样的时间。')],
  },
  {
    id: 'above-clearance',
    title: text('Documents above clearance', '超出涉密级别的文件'),
    stage: 'access',
    unit: text('documents', '份文件'),
    innocent: [text('A clearance was granted, and the register follows late.', '已获授权，但登记滞后。')],
    refute: [text('The registry shows the grant with an earlier date.', '登记处有更早日期的授权记录。')],
  },
  {
    id: 'uploads-to-rare-hosts',
    title: text('Uploads to rarely used sites', '上传到少用的网站'),
    stage: 'exfiltrate',
    unit: text('uploads', '次上传'),
    innocent: [text('A supplier’s portal that few people use.', '很少有人使用的供应商门户。')],
    refute: [text('Purchasing knows the supplier and the delivery.', '采购部门知道该供应商和这次交付。')],
  },
  {
    id: 'mail-to-private-addresses',
    title: text('Mail with attachments to private addresses', '带附件发往私人邮箱的邮件'),
    stage: 'exfiltrate',
    unit: text('mails', '封邮件'),
    innocent: [text('Own payslips or travel papers sent home.', '把自己的工资单或出差单据发回家。')],
    refute: [text('The attachments are the person’s own papers.', '附件是本人的单据。')],
  },
].map((detection) => ({
  ...detection,
  description: text(`Counts, per day: ${detection.unit.en}.`, `每天计数：${detection.unit['zh-CN']}。`),
}));
type Detection = (typeof detections)[number];

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const pseudonym = (at: number) => {
  let value = (at * 7919 + 243_827) % 32 ** 4;
  let name = '';
  for (let place = 0; place < 4; place++) {
    name = LETTERS[value % 32] + name;
    value = Math.floor(value / 32);
  }
  return name;
};

function lead(at: number) {
  const next = random(at + 1);
  const score = at === 0 ? 93 : Math.floor(96 * next() ** 2.2);
  const ranked = [...detections].sort(() => next() - 0.5);
  const reasons = at === 0 ? detections.slice(0, 5) : ranked.slice(0, 1 + Math.floor(next() * 4));
  const top = reasons
    .map(({ id, title }, rank) => ({
      detection: id,
      title,
      bits: Math.round((score / 5 / (rank + 1)) * (5 + 5 * next()) + 10) / 10,
    }))
    .sort((a, b) => b.bits - a.bits);
  const lastDay = addDays(LAST, -Math.floor(next() * 27));
  const trend = Array.from({ length: 28 }, (_, day) =>
    Math.round(Math.max(0, score * Math.min(1, (day + 4) / 26) * (0.55 + 0.45 * next()))),
  );
  trend[27] = score;
  return {
    id: `L${String(at + 1).padStart(5, '0')}`,
    subject: at === 0 ? '7F3K' : pseudonym(at),
    score,
    level: levelOf(score),
    first_day: addDays(lastDay, -3 - Math.floor(next() * 150)),
    last_day: lastDay,
    signals: at === 0 ? 34 : 1 + Math.floor(next() * 40),
    stages: [
      ...new Set(
        ['access', 'collect', 'exfiltrate'].filter((stage) => reasons.some((reason) => reason.stage === stage)),
      ),
    ],
    top: top.slice(0, 3),
    trend,
  };
}
export const LEADS = Array.from({ length: 10_000 }, (_, at) => lead(at));

export const overview = {
  people: 2000,
  events: 2_413_908,
  first_day: FIRST,
  last_day: LAST,
  taken_in: `${LAST}T18:00:05Z`,
  leads_open: LEADS.length,
  synthetic: true,
};

const SIGNAL_DAYS = DAYS.filter((day, at) => at > 150 && !isWeekend(day) && at % 2 === 0).slice(-34);

function signalsOf(chosen: Detection[], days: string[]) {
  const next = random(71);
  return days
    .map((day, at) => {
      const detection = chosen[Math.floor(at * 0.37 + next() * 2) % chosen.length] as Detection;
      const value = 12 + Math.floor(next() * 60);
      return {
        id: `S${String(at).padStart(4, '0')}`,
        day,
        detection: detection.id,
        title: detection.title,
        stage: detection.stage,
        bits: Math.round((4 + next() * 9) * 10) / 10,
        value,
        unit: detection.unit,
        span: at % 3 === 0 ? 28 : 1,
        expected: { own_median: 3, own_days: 86, peer_median: 4, peer_p95: 11.5, peers: 23 },
        evidence_count: value,
        innocent: detection.innocent,
        refute: detection.refute,
      };
    })
    .reverse();
}

export function leadStory(id: string) {
  const row = LEADS.find((candidate) => candidate.id === id);
  if (row === undefined) return undefined;
  const chosen =
    id === 'L00001'
      ? detections.slice(0, 5)
      : detections.filter((one) => row.top.some(({ detection }) => detection === one.id));
  const signals = signalsOf(chosen, SIGNAL_DAYS.slice(-row.signals));
  const sums = chosen
    .map((detection) => {
      const own = signals.filter((signal) => signal.detection === detection.id);
      return { detection, bits: own.reduce((sum, { bits }) => sum + bits, 0), days: own.length };
    })
    .filter(({ days }) => days > 0)
    .sort((a, b) => b.bits - a.bits);
  const total = sums.reduce((sum, { bits }) => sum + bits, 0) || 1;
  return {
    ...row,
    contributions: sums.map(({ detection, bits, days }) => ({
      detection: detection.id,
      title: detection.title,
      stage: detection.stage,
      bits: Math.round(bits * 10) / 10,
      share: bits / total,
      days,
    })),
    signals,
    missing: id === 'L00001' ? [{ source: 'http', from: '2026-06-15', to: '2026-06-17', share: 0.62 }] : [],
  };
}

export function personOf(subject: string) {
  const row = LEADS.find((candidate) => candidate.subject === subject);
  if (row === undefined && subject !== '0000') return undefined;
  const next = random(5);
  return {
    subject,
    role: 'NetworkAdministrator',
    clearance: 'confidential',
    projects: 2,
    notice_given: row === undefined ? '' : '2026-07-06',
    away: [
      { from: '2026-05-18', to: '2026-05-29' },
      { from: '2026-07-20', to: '2026-07-22' },
    ],
    contacts: ['2026-06-11'],
    lead_id: row?.id ?? '',
    first_day: FIRST,
    last_day: LAST,
    score_days: DAYS.map((day, at) => ({
      day,
      score: at < 150 ? Math.round(next() * 6) : Math.round(((row?.score ?? 0) * (at - 149)) / 60),
    })),
  };
}

export function measuresOf(_subject: string, id: string, from: string, to: string) {
  const detection = detections.find((one) => one.id === id);
  if (detection === undefined) return undefined;
  const next = random(id.length);
  const days = DAYS.map((day) => {
    const rest = isWeekend(day) ? 0.15 : 1;
    const signal = SIGNAL_DAYS.includes(day) && next() < 0.4;
    const drift = 1 + 0.2 * Math.sin(DAYS.indexOf(day) / 12);
    return {
      day,
      value: signal ? 22 + Math.floor(next() * 40) : Math.floor((1 + next() * 6) * rest),
      own_low: 0.5 * rest,
      own_median: 3 * rest * drift,
      own_high: 6.5 * rest * drift,
      peer_low: 1 * rest,
      peer_median: 4.5 * rest,
      peer_high: 11 * rest,
      signal,
    };
  }).filter(({ day }) => day >= from && day <= to);
  return { detection: id, title: detection.title, unit: detection.unit, days };
}

const KINDS = [
  ['File System Activity', 'Open'],
  ['File System Activity', 'Copy'],
  ['HTTP Activity', 'Visit'],
  ['Email Activity', 'Send'],
  ['Authentication', 'Logon'],
] as const;
const LEVELS = [
  'unknown',
  'unknown',
  'public',
  'internal',
  'internal',
  'internal',
  'confidential',
  'confidential',
  'secret',
  'top_secret',
];

export const ACTIVITY = (() => {
  const next = random(11);
  const points = [];
  for (const day of DAYS) {
    if (day >= '2026-05-18' && day <= '2026-05-29') continue;
    const signal = SIGNAL_DAYS.includes(day);
    const count = isWeekend(day) ? (signal ? 6 : next() < 0.2 ? 3 : 0) : 38;
    for (let at = 0; at < count; at++) {
      const ringed = signal && at < 4;
      const hour = ringed ? 19 + next() * 4.5 : 7.6 + (next() + next() + next()) * 3.6;
      const minutes = Math.floor(hour * 60);
      const clock = [Math.floor(minutes / 60), minutes % 60, Math.floor(next() * 60)]
        .map((part) => String(part).padStart(2, '0'))
        .join(':');
      const kind = ringed ? KINDS[1] : KINDS[Math.floor(next() * KINDS.length)];
      const level = ringed
        ? ['confidential', 'secret', 'top_secret'][at % 3]
        : kind?.[0] === 'File System Activity'
          ? LEVELS[Math.floor(next() * 8)]
          : 'unknown';
      points.push({
        time: `${day} ${clock}`,
        class: kind?.[0] ?? '',
        activity: kind?.[1] ?? '',
        document_level: level ?? 'unknown',
        signal: ringed,
      });
    }
  }
  return points.sort((a, b) => (a.time < b.time ? -1 : 1));
})();

const FOLDERS = [
  'closed\\harbour-survey\\reports',
  'projects\\lantern\\design',
  'common\\exchange',
  'archive\\2021\\tenders',
];

export function eventsOf(day: string, detection: string) {
  const next = random(day.length + detection.length);
  const count = detection === '' ? 140 : 37;
  const date = day === '' ? LAST : day;
  return Array.from({ length: count }, (_, at) => {
    const time = `${date} ${String(18 + Math.floor(at / 30)).padStart(2, '0')}:${String((at * 7) % 60).padStart(2, '0')}:${String((at * 13) % 60).padStart(2, '0')}`;
    const target = `\\\\fs02\\${FOLDERS[at % FOLDERS.length]}\\${['cable-plan', 'budget-draft', 'site-list', 'minutes'][Math.floor(next() * 4)]}-${1000 + at}.docx`;
    const copy = at % 3 !== 0;
    const [y, m, d] = date.split('-');
    return {
      uid: `${date}-${at}`,
      time,
      class: 'File System Activity',
      activity: copy ? 'Copy' : 'Open',
      device: 'LT-0412',
      target,
      tied_to: '',
      document_level: LEVELS[3 + (at % 7)] ?? 'unknown',
      destination: copy ? 'R:\\H3U7QD' : '',
      log: 'file.csv',
      line: 184_220 + at * 3,
      raw: `{A91C${String(at).padStart(8, '0')}},${m}/${d}/${y} ${time.slice(11)},Subject 7F3K,LT-0412,${target},${copy ? 'File Copy' : 'File Open'},${copy ? 'True' : 'False'},False,harbour survey cable plan`,
    };
  });
}

export const sources = (
  [
    ['logon', 9_400, 0, 118],
    ['device', 1_150, 3, 21],
    ['file', 21_800, 212, 804],
    ['email', 12_300, 0, 377],
    ['http', 51_000, 1_046, 2_290],
  ] as const
).map(([name, daily, quarantined, duplicates]) => {
  const next = random(daily);
  const days = DAYS.map((day) => {
    const expected = Math.round(daily * (isWeekend(day) ? 0.12 : 1));
    const gap =
      (name === 'http' && day >= '2026-06-15' && day <= '2026-06-17') || (name === 'logon' && day === '2026-03-11');
    return { day, events: Math.round(expected * (0.92 + 0.16 * next()) * (gap ? 0.38 : 1)), expected, gap };
  });
  const gaps =
    name === 'http'
      ? [{ from: '2026-06-15', to: '2026-06-17', hours: 61, share: 0.62, devices: 'all' }]
      : name === 'logon'
        ? [{ from: '2026-03-11', to: '2026-03-11', hours: 9, share: 0.62, devices: '2' }]
        : [];
  return {
    name,
    first_day: FIRST,
    last_day: LAST,
    events: days.reduce((sum, { events }) => sum + events, 0),
    duplicates,
    quarantined,
    days,
    gaps,
  };
});

const REASONS = ['the time cannot be read', 'no user', 'unknown activity'];
export const quarantine = sources.flatMap(({ name, quarantined }) =>
  Array.from({ length: quarantined }, (_, at) => ({
    source: name,
    file: `${name}.csv`,
    line: 412 + at * 37,
    reason: REASONS[at % 3] ?? '',
    raw: `{B7${String(at).padStart(10, '0')}},13/45/2026 08:0${at % 10}:11,,PC-${100 + (at % 80)},http://suppliers.example/portal/item/${at},WWW Visit,`,
  })),
);
